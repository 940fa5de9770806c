import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { startVerifaMock } from '../../src/index.js'
import { allClosed, Connection } from '../connection.js'
import { LIVE_KEY, listen, SANDBOX_KEY, startApp, startLogged, update } from '../helper.js'
import { MemoryEngine } from '../stores/away.js'
import { EventStream } from './event-stream.js'

// The live stream of a whole mock. `live.test.ts` has its details.

const eventsOf = async ({ url }: { url: string }, headers: Record<string, string> = {}) => EventStream.open(`${url}/_mock/events`, headers)
const listening = async (app: FastifyInstance) => Object.assign(app, { url: await app.listen({ host: '127.0.0.1', port: 0 }) })

t.test('a stream says which part of the mock has changed, in numbers alone', async t => {
  const app = await listen(t)
  const stream = await eventsOf(app)
  const first = await stream.event()
  await update(app, 'ses_pending', { external_ref: 'private' })
  const second = await stream.event(({ requests }) => requests > first.requests)
  t.match(second, { world: first.world, requests: first.requests + 1, settings: first.settings })
  t.ok(second.documents > first.documents)
  await app.inject({ method: 'POST', url: '/_mock/clock', payload: { freeze: true } })
  const third = await stream.event()
  t.same(third, { ...second, settings: second.settings + 1 })
  await app.inject({ method: 'POST', url: '/_mock/reset' })
  t.equal((await stream.event()).world, first.world + 1)
  await app.inject('/_mock/requests')
  await app.close()
  t.equal(await stream.next(), undefined, 'a call that only reads changes nothing')
})

t.test('with isolation a stream is for the workspace of its API key', async t => {
  const app = await listen(t, { isolation: 'api-key' })
  const stream = await eventsOf(app, { 'x-api-key': SANDBOX_KEY })
  const first = await stream.event()
  await update(app, 'ses_live_pending', {}, { 'x-api-key': LIVE_KEY })
  await update(app, 'ses_pending', {})
  t.match(await stream.event(({ requests }) => requests > first.requests), { world: first.world, requests: first.requests + 1 })

  // a browser cannot send a header with a stream
  const chosen = await EventStream.open(`${app.url}/_mock/events?workspace=workspace_1`, {})
  t.equal((await chosen.event()).world, first.world)
  t.equal((await app.inject('/_mock/events?workspace=workspace_9')).statusCode, 404)
})

t.test('the stream of a workspace that is evicted ends', async t => {
  const app = await listen(t, { isolation: 'api-key', maxWorkspaces: 1 })
  const stream = await eventsOf(app, { 'x-api-key': SANDBOX_KEY })
  await stream.event()
  await update(app, 'ses_live_pending', {}, { 'x-api-key': LIVE_KEY })
  t.equal(await stream.next(), undefined)
})

t.test('streams end at once when the mock is closed', async t => {
  const app = await listen(t)
  const streams = [await eventsOf(app), await eventsOf(app)]
  for (const stream of streams) await stream.event()
  await app.close()
  for (const stream of streams) t.equal(await stream.next(), undefined, 'it is ended, not cut')

  const mock = await startVerifaMock()
  const stream = await eventsOf(mock)
  await stream.event()
  await mock.close()
  t.equal(await stream.next(), undefined)
})

t.test('a client that leaves is forgotten, however it does', async t => {
  const app = await listen(t)
  for (const how of ['end', 'reset'] as const) {
    const connection = await Connection.open(app)
    connection.send('GET /_mock/events HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await connection.began()
    connection.hangUp(how)
    await allClosed(app)
    t.pass(how)
  }
})

t.test('a request with a body has its stream', async t => {
  const app = await listen(t)
  const connection = await Connection.open(app)
  const much = 'x'.repeat(1024 * 1024)
  connection.send(`GET /_mock/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${much.length}\r\n\r\n${much}`)
  t.equal((await connection.response())?.status, 200)
  connection.hangUp('end')
  await allClosed(app)
})

t.test('the stream is guarded, and has no endless response to HEAD', async t => {
  const app = startApp(t, { controlToken: 'secret' })
  const authorization = 'Bearer secret'
  const ask = async (method: 'GET' | 'HEAD', headers: Record<string, string>, query = '') =>
    (await app.inject({ method, url: `/_mock/events${query}`, headers })).statusCode
  t.equal(await ask('GET', {}), 401)
  t.equal(await ask('GET', { authorization, origin: 'https://evil.example' }), 403)
  t.equal(await ask('GET', { authorization }, '?workspaces=workspace_1'), 422)
  t.equal(await ask('HEAD', { authorization }), 404)
  const { paths } = (await app.inject('/openapi.json')).json<{ paths: object }>()
  t.notOk('/_mock/events' in paths, 'tools that call everything cannot wait for its end')
})

t.test('the log has a line of a stream when it begins', async t => {
  const { app, log } = startLogged(t, { controlToken: 'secret' })
  const mock = await listening(app)
  const stream = await eventsOf(mock, { authorization: 'Bearer secret' })
  await stream.event()
  t.match(log(), [{ method: 'GET', url: '/_mock/events', status: 200, ms: Number }])
  await app.close()
  t.equal(log().length, 1)
})

t.test('a stream goes on when a store that was away is back, and none begins while it is away', async t => {
  const engine = new MemoryEngine()
  const app = await listen(t, { store: engine.url })
  const stream = await eventsOf(app)
  const first = await stream.event()
  engine.away = true
  const refused = await app.inject('/_mock/events')
  t.match(refused, { statusCode: 503, headers: { 'retry-after': '1' } })
  t.match(refused.json(), { error: 'internal_error', status_code: 503 })
  await lookedAt(engine)
  engine.away = false
  await update(app, 'ses_pending', { external_ref: 'a' })
  t.match(await stream.event(({ documents }) => documents > first.documents), { world: first.world })
})

/** Resolves when a call was made. */
async function lookedAt (engine: MemoryEngine): Promise<void> {
  const { calls } = engine
  while (engine.calls === calls) await new Promise(resolve => setImmediate(resolve))
}
