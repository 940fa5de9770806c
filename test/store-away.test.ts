import { setImmediate as turn } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { startVerifaMock } from '../src/index.js'
import { StoreError } from '../src/stores/shared-store.js'
import { startApp, startLogged, update } from './helper.js'
import { send } from './http/requests.js'
import { startReceiver } from './receiver.js'
import { MemoryEngine } from './stores/away.js'

// What a mock does whose state is in a store that processes share. test/long/replicas has tests with a real one.

const AWAY = { error: 'internal_error', detail: 'The store is not available. Try again.', status_code: 503 }

/** A mock whose state is in an engine of this process. */
function start (t: Test, options: Parameters<typeof startApp>[1] = {}) {
  const engine = new MemoryEngine()
  return { engine, app: startApp(t, { ...options, store: engine.url }) }
}

t.test('mocks with one store are replicas: what one does, the other one has', async t => {
  const { engine, app } = start(t)
  const other = startApp(t, { store: engine.url, fixtures: [] })
  t.equal((await update(app, 'ses_pending', { external_ref: 'a' })).statusCode, 200)
  t.match((await send(other, 'GET /sessions/ses_pending')).json(), { external_ref: 'a' }, 'it has not begun with its own fixtures')
  t.equal((await other.inject('/_mock/requests')).json<{ total: number }>().total, 2)
  await other.inject({ method: 'POST', url: '/_mock/reset' })
  t.equal((await send(app, 'GET /sessions/ses_pending')).statusCode, 404, 'a reset of the other one is one of both')
})

t.test('with isolation, the workspaces are those of all replicas', async t => {
  const { engine, app } = start(t, { isolation: 'api-key' })
  const other = startApp(t, { store: engine.url, isolation: 'api-key' })
  const { id, capture_url: url } = (await send(app, 'POST /sessions', {})).json<{ id: string, capture_url: string }>()
  const { workspaces } = (await other.inject('/_mock/overview')).json<{ workspaces: { id: string }[] }>()
  t.match(workspaces, [{ id: 'workspace_1', api_key: /^vk_sandbox_…/ }])
  const chosen = { method: 'GET', url: `/_mock/sessions/${id}`, headers: { 'x-mock-workspace': 'workspace_1' } } as const
  t.equal((await other.inject(chosen)).statusCode, 200)
  t.equal((await other.inject(new URL(url).pathname)).statusCode, 200, 'a capture page is found in whichever it is')
  t.equal((await send(other, 'GET /nothing')).statusCode, 404)
  const entries = (await other.inject({ url: '/_mock/requests', headers: chosen.headers })).json<{ data: { path: string }[] }>().data
  t.match(entries.map(({ path }) => path), ['/sessions', /^\/verify\//, '/nothing'], 'a request that was refused is in the journal of its key')
  engine.away = true
  t.same((await other.inject(chosen)).json(), AWAY)
})

t.test('a mock whose store cannot be used, or is away, does not start', async t => {
  const engine = new MemoryEngine()
  engine.refusal = new StoreError('The store redis://memory cannot be reached: refused.')
  await t.rejects(startVerifaMock({ store: engine.url }), { name: 'StoreError', message: engine.refusal.message })
  engine.refusal = undefined
  engine.away = true
  await t.rejects(startVerifaMock({ store: engine.url }), { message: /^The store .+\.$/ })
})

t.test('before a mock is ready, its store is not connected, and it can be closed', async t => {
  const { app } = start(t, { isolation: 'api-key' })
  const reason = 'it is not connected yet'
  await t.rejects(app.workspaces.shared.enter() as Promise<unknown>, { name: 'StoreAwayError', reason })
  await t.rejects(app.workspaces.list(), { name: 'StoreAwayError', reason })
  await app.close()
})

/** All requests that the OpenAPI document has, with a session that there is. */
async function requestsOf (app: FastifyInstance): Promise<string[]> {
  const { paths } = (await app.inject('/openapi.json')).json<{ paths: Record<string, object> }>()
  return Object.entries(paths).flatMap(([path, item]) => Object.keys(item)
    .map(method => `${method.toUpperCase()} ${path.replace('{session_id}', 'ses_pending').replace(/\{\w+\}/, '1')}`))
}

/** The calls that need no store. */
const withoutStore = ['GET /_mock/health', 'POST /_mock/login', 'POST /_mock/logout']

t.test('while the store is away, each request that needs it gets a 503 in the API\'s shape, until it is back', async t => {
  const { engine, app } = start(t)
  const requests = await requestsOf(app)
  t.ok(requests.length > 60)
  engine.away = true
  for (const request of requests.filter(request => !withoutStore.includes(request))) {
    const response = await send(app, request)
    t.same([response.statusCode, response.headers['retry-after'], response.json()], [503, '1', AWAY], request)
  }
  for (const request of withoutStore) t.not((await send(app, request)).statusCode, 503, request)
  const camel = await send(app, 'GET /sessions', undefined, { 'key-inflection': 'camel' })
  t.same(camel.json(), { error: AWAY.error, detail: AWAY.detail, statusCode: 503 }, 'in the casing that was asked for')
  engine.away = false
  for (const request of requests) t.not((await send(app, request)).statusCode, 503, request)
})

t.test('what is refused anyway is refused as always, and what needs no state is there', async t => {
  const { engine, app } = start(t)
  await app.ready()
  engine.away = true
  t.equal((await send(app, 'GET /sessions', undefined, { 'x-api-key': '' })).statusCode, 401)
  t.equal((await send(app, 'GET /nothing')).statusCode, 404)
  t.equal((await send(app, 'GET /_mock/sessions', undefined, { host: 'foreign.example' })).statusCode, 403)
  for (const path of ['/', '/_mock/', '/openapi.json']) t.ok((await app.inject(path)).statusCode < 400, path)
})

t.test('a browser gets a page that says that the store is away', async t => {
  const { engine, app } = start(t)
  await app.ready()
  engine.away = true
  for (const [method, url] of [['GET', '/verify/ses_pending'], ['GET', '/verify/ses_pending/done'], ['POST', '/verify/ses_pending/sandbox-outcome']] as const) {
    const payload = method === 'POST' ? { headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: 'outcome=approve' } : {}
    const response = await app.inject({ method, url, ...payload })
    t.match(response, { statusCode: 503, headers: { 'content-type': 'text/html; charset=utf-8', 'retry-after': '1' }, body: AWAY.detail }, `${method} ${url}`)
  }
  engine.away = false
  t.equal((await app.inject('/verify/ses_pending')).statusCode, 200)
})

t.test('health says that it is degraded, and readiness is a 503, until the store is back', async t => {
  const { engine, app } = start(t)
  const answers = async () => [(await app.inject('/_mock/health')).json<{ status: string }>().status, (await app.inject('/_mock/ready')).statusCode]
  t.same(await answers(), ['ok', 200])
  engine.away = true
  t.same(await answers(), ['degraded', 503])
  t.match((await app.inject('/_mock/health')).json(), { sessions: null })
  engine.away = false
  t.same(await answers(), ['ok', 200])
})

t.test('health does not take a defect for a store that is away', async t => {
  const { app } = start(t)
  await app.ready()
  t.intercept(app.workspaces.shared, 'enter', {
    value: () => {
      throw new Error('a defect')
    }
  })
  t.equal((await app.inject('/_mock/health')).statusCode, 500)
})

t.test('a 503 is one line in the log, which says why, and no error of the mock', async t => {
  const engine = new MemoryEngine()
  const { app, log } = startLogged(t, { store: engine.url })
  await app.ready()
  engine.away = true
  await update(app, 'ses_pending', {})
  t.match(log(), [{ msg: 'request', status: 503, reason: 'cut before the request' }])
  t.equal(log().length, 1)
})

t.test('a call that waits for something gets a 503 when the store goes away', async t => {
  const receiver = await startReceiver(t, () => undefined) // it never responds
  const { engine, app } = start(t, { webhookUrl: receiver.url })
  await send(app, 'POST /sessions', {})
  await receiver.has(1)
  const moving = send(app, 'POST /_mock/clock', { advance: '1h' })
  const { store } = app.workspaces.shared.world
  while (await store.count('moves') === 0) await turn()
  engine.away = true
  t.match(await moving, { statusCode: 503, headers: { 'retry-after': '1' }, body: JSON.stringify(AWAY) })
})

for (const loss of ['request', 'reply'] as const) {
  t.test(`whichever call of the store fails, a client that tries again has created one session (the ${loss} is lost)`, async t => {
    const { engine, app } = start(t, { rateLimit: 1_000 })
    const other = startApp(t, { store: engine.url })
    await app.ready()
    const create = async () => send(app, 'POST /sessions', {}, { 'idempotency-key': 'k' })
    const count = async () => (await other.inject('/_mock/health')).json<{ sessions: number }>().sessions
    for (let failing = 0, calls = Infinity; failing < calls; failing++) {
      await send(other, 'POST /_mock/reset')
      const before = await count()
      await send(other, 'POST /_mock/faults', { then: { delay_ms: 0 } })
      calls = 0
      engine.loses = () => calls++ === failing ? loss : undefined
      const first = await create()
      engine.loses = () => undefined
      const second = await create()
      t.equal(second.statusCode, 201, `call ${failing}`)
      t.equal(await count(), before + 1)
      if (first.statusCode === 201) t.same([second.headers['idempotent-replayed'], second.body], ['true', first.body])
      else t.same([first.statusCode, first.json()], [503, AWAY])
    }
    t.ok(t.counts.total > 10, 'all calls have failed once')
  })
}
