import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import type { Test } from 'tap'
import { buildApp, type ErrorBody, type Options, type Session } from '../src/index.js'

export const SANDBOX_KEY = 'vk_sandbox_4f1c9a7be2'
export const LIVE_KEY = 'vk_live_90ab12cd34'

let shared: FastifyInstance | undefined

/**
 * A mock. With options it is the test's own, and is closed when the test ends. Without, it is the one that tests share, because to build
 * one takes 15 ms; each test finds it reset.
 */
export function startApp (t: Test, options?: Partial<Options>): FastifyInstance {
  if (options !== undefined) return build(t, options)
  shared ??= buildApp({ logLevel: 'silent' })
  void shared.workspaces.shared.reset() // done when the call returns: the state is in memory
  return shared
}

/** A mock of the test's own on a free port, for tests of what `inject` cannot show. */
export async function listen (t: Test, options: Partial<Options> = {}): Promise<FastifyInstance & { url: string }> {
  const app = build(t, options)
  return Object.assign(app, { url: await app.listen({ host: '127.0.0.1', port: 0 }) })
}

function build (t: Test, options: Partial<Options>): FastifyInstance {
  const app = buildApp({ logLevel: 'silent', ...options })
  t.teardown(() => app.close())
  return app
}

/** A mock and what it logs. */
export function startLogged (t: Test, options: Partial<Options> = {}) {
  const lines: string[] = []
  const app = buildApp(options, { write: line => lines.push(line) })
  t.teardown(() => app.close())
  return { app, lines, log: () => lines.map(line => JSON.parse(line) as Record<string, unknown>) }
}

/** One update, by default with a sandbox key. A header that is `undefined` is not sent. */
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

/** Moves the clock of a mock by some milliseconds. */
export async function advance (app: FastifyInstance, milliseconds: number): Promise<void> {
  const { clock } = app.workspaces.shared.world
  await clock.set(clock.now() + milliseconds)
}

/** All sessions in the store, as they are and not as a response shows them. */
export async function allStored (app: FastifyInstance): Promise<readonly Session[]> {
  return app.workspaces.shared.world.store.list('sessions')
}

/** A session in the store. It is the same object as long as nothing has updated it. */
export async function stored (app: FastifyInstance, id: string): Promise<Session> {
  const session = (await allStored(app)).find(session => session.id === id)
  if (session === undefined) throw new Error(`there is no session ${id}`)
  return session
}

/** The error in a response, after a check of its shape. */
export function errorOf (t: Test, response: LightMyRequestResponse): ErrorBody {
  t.match(response.headers['content-type'], /^application\/json/, 'an error is JSON')
  const body = response.json<ErrorBody>()
  t.same(Object.keys(body), ['error', 'detail', 'status_code'], 'an error has three fields, in order')
  t.equal(body.status_code, response.statusCode, 'status_code is the status')
  return body
}
