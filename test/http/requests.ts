import type { FastifyInstance, InjectOptions } from 'fastify'
import type { Test } from 'tap'
import type { JournalEntry } from '../../src/index.js'
import { SANDBOX_KEY, startApp } from '../helper.js'

/** One request, by default with a sandbox key. */
export async function send (app: FastifyInstance, what: string, body?: object, headers: Record<string, string> = {}) {
  const [method, url] = what.split(' ') as [NonNullable<InjectOptions['method']>, string]
  return app.inject({ method, url, headers: { 'x-api-key': SANDBOX_KEY, ...headers }, ...(body && { payload: body }) } as InjectOptions)
}

/** The entry of the last request in the journal. */
export async function lastEntry (app: FastifyInstance): Promise<JournalEntry> {
  return (await app.inject('/_mock/requests')).json<{ data: JournalEntry[] }>().data.at(-1) as JournalEntry
}

/** A mock in which a key has no scope but one of these. */
export function startWithScopes (t: Test, scopes: readonly string[]) {
  return startApp(t, { apiKeys: scopes.map(scope => `${keyOf(scope)}=${scope}`) })
}

/** The key that has a scope and no other. */
export function keyOf (scope: string): string {
  return `vk_sandbox_${scope.replace(':', '-')}`
}
