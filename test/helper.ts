import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import type { Test } from 'tap'
import { buildApp, type ErrorBody, type Options, type Session } from '../src/index.js'
import type { StoredSession } from '../src/sessions/stored-session.js'

export const SANDBOX_KEY = 'vk_sandbox_4f1c9a7be2'
export const LIVE_KEY = 'vk_live_90ab12cd34'

/** A mock that is closed when the test ends. */
export function startApp (t: Test, options: Partial<Options> = {}): FastifyInstance {
  const app = buildApp({ logLevel: 'silent', ...options })
  t.teardown(() => app.close())
  return app
}

/** One update, by default with a sandbox key; an `undefined` header is not sent. */
export async function update (
  app: FastifyInstance, id: string, body: unknown, headers: Record<string, string | undefined> = {}
): Promise<LightMyRequestResponse> {
  const sent: Record<string, string | undefined> = { 'x-api-key': SANDBOX_KEY, 'content-type': 'application/json', ...headers }
  const request: InjectOptions = {
    method: 'PATCH',
    url: `/sessions/${id}`,
    headers: Object.fromEntries(Object.entries(sent).filter((header): header is [string, string] => header[1] !== undefined))
  }
  if (body !== undefined) request.payload = typeof body === 'string' ? body : JSON.stringify(body)
  return app.inject(request)
}

/** Moves the clock of a mock by so many milliseconds. */
export function advance (app: FastifyInstance, milliseconds: number): void {
  const { clock } = app.workspaces.shared
  clock.set(clock.now() + milliseconds)
}

/** The session as it stands in the store, past everything that answers about it. */
export function stored (app: FastifyInstance, id: string): Session {
  return versionOf(app, id).toJSON()
}

/** All sessions as they stand in the store. */
export function allStored (app: FastifyInstance): Session[] {
  return Array.from(app.workspaces.shared.store.all(), session => session.toJSON())
}

/** The version of a session that is in the store: the very same as long as nothing has updated it. */
export function versionOf (app: FastifyInstance, id: string): StoredSession {
  const session = Array.from(app.workspaces.shared.store.all()).find(session => session.id === id)
  if (session === undefined) throw new Error(`there is no session ${id}`)
  return session
}

/** The error that a response is, after a look at its shape. */
export function errorOf (t: Test, response: LightMyRequestResponse): ErrorBody {
  t.match(response.headers['content-type'], /^application\/json/, 'an error is JSON')
  const body = response.json<ErrorBody>()
  t.same(Object.keys(body), ['error', 'detail', 'status_code'], 'an error has its three members, in order')
  t.equal(body.status_code, response.statusCode, 'status_code is the status')
  return body
}
