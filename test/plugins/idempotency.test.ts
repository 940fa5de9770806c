import { once } from 'node:events'
import { request } from 'node:http'
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import t, { type Test } from 'tap'
import { ApiKeys } from '../../src/api-keys.js'
import { buildApp } from '../../src/index.js'
import { apiKeyPlugin } from '../../src/plugins/api-key.js'
import { idempotencyPlugin } from '../../src/plugins/idempotency.js'
import { requestHeadersPlugin } from '../../src/plugins/request-headers.js'
import { advance, startApp, errorOf, LIVE_KEY, SANDBOX_KEY, stored, update, versionOf } from '../helper.js'

const HOUR = 60 * 60 * 1000
const MISMATCH = {
  error: 'idempotency_mismatch', detail: 'Idempotency key has already been used with different parameters.', status_code: 422
}

t.test('the same key with the same parameters gets the original response, and nothing is done', async t => {
  const app = startApp(t)
  const first = await update(app, 'ses_pending', { metadata: { n: 1 } }, { 'idempotency-key': 'k' })
  t.notOk('idempotent-replayed' in first.headers, 'the first is no replay')
  await update(app, 'ses_pending', { metadata: { n: 2 } })
  const now = versionOf(app, 'ses_pending')
  advance(app, 1000)

  const replay = await update(app, 'ses_pending', { metadata: { n: 1 } }, { 'idempotency-key': 'k' })
  t.equal(replay.statusCode, 200)
  t.equal(replay.body, first.body, 'the same to the byte')
  t.equal(replay.headers['idempotent-replayed'], 'true')
  t.equal(replay.headers['verifa-version'], '2026-01-01')
  t.equal(versionOf(app, 'ses_pending'), now, 'the session is the very same')
})

t.test('a replay comes in the casing asked for now', async t => {
  const app = startApp(t)
  const send = async (inflection?: string) =>
    update(app, 'ses_pending', { metadata: { snake_key: 1 } }, { 'idempotency-key': 'k', 'key-inflection': inflection })
  const snake = (await send()).json<{ updated_at: string }>()
  const camel = (await send('camel')).json<{ updatedAt: string }>()
  t.equal(camel.updatedAt, snake.updated_at)
  t.match(camel, { metadata: { snake_key: 1 } })
  t.match((await send('kebab')).json(), { 'updated-at': snake.updated_at })
})

t.test('what the parameters are', async t => {
  const body = { external_ref: 'a', metadata: { x: { p: 1, q: [1, 2] }, y: null, zero: 0 } }
  const replays: [name: string, id: string, body: unknown, headers?: Record<string, string>][] = [
    ['members in another order', 'ses_pending', '{"metadata":{"zero":0,"y":null,"x":{"q":[1,2],"p":1}},"external_ref":"a"}'],
    ['another casing of a name', 'ses_pending', { externalRef: 'a', metadata: body.metadata }],
    ['numbers written otherwise', 'ses_pending', '{"external_ref":"a","metadata":{"x":{"p":1.0,"q":[1e0,2]},"y":null,"zero":0e5}}'],
    ['-0, which is written again as 0', 'ses_pending', '{"external_ref":"a","metadata":{"x":{"p":1,"q":[1,2]},"y":null,"zero":-0}}'],
    ['another Key-Inflection', 'ses_pending', body, { 'key-inflection': 'kebab' }],
    ['another Verifa-Version', 'ses_pending', body, { 'verifa-version': '2026-02-01' }]
  ]
  const mismatches: [name: string, id: string, body: unknown][] = [
    ['another session', 'ses_completed', body],
    ['a session that does not exist', 'ses_none', body],
    ['another value', 'ses_pending', { ...body, external_ref: 'b' }],
    ['absent where null was', 'ses_pending', { ...body, metadata: { x: body.metadata.x, zero: 0 } }],
    ['null where absent was', 'ses_pending', { ...body, metadata: { ...body.metadata, z: null } }],
    ['a list in another order', 'ses_pending', { ...body, metadata: { x: { p: 1, q: [2, 1] }, y: null, zero: 0 } }],
    ['a string for a number', 'ses_pending', { ...body, metadata: { x: { p: '1', q: [1, 2] }, y: null, zero: 0 } }],
    ['less', 'ses_pending', {}]
  ]
  const app = startApp(t)
  t.equal((await update(app, 'ses_pending', body, { 'idempotency-key': 'k' })).statusCode, 200)
  for (const [name, id, other, headers] of replays) {
    const response = await update(app, id, other, { ...headers, 'idempotency-key': 'k' })
    t.equal(response.headers['idempotent-replayed'], 'true', `the same: ${name}`)
  }
  for (const [name, id, other] of mismatches) {
    t.same(errorOf(t, await update(app, id, other, { 'idempotency-key': 'k' })), MISMATCH, `not the same: ${name}`)
  }
  const long = await app.inject({
    method: 'PATCH', url: '/api/v1/sessions/ses_pending', payload: body, headers: { 'x-api-key': SANDBOX_KEY, 'idempotency-key': 'k' }
  })
  t.equal(long.headers['idempotent-replayed'], 'true', 'both prefixes are one path')
})

t.test('values that look alike are not the same', async t => {
  const app = startApp(t)
  const alike: [unknown, unknown][] = [[{}, 0], [{}, ''], [{}, null], [{}, []], [[1], { 0: 1 }], [[], ''], [[], null], [0, false], [0, null]]
  for (const [one, other] of alike.flatMap(([a, b]) => [[a, b], [b, a]])) {
    const pair = `${JSON.stringify(one)}, then ${JSON.stringify(other)}`
    const send = async (value: unknown) => update(app, 'ses_pending', { metadata: { list: [value] } }, { 'idempotency-key': pair })
    t.equal((await send(one)).statusCode, 200)
    t.same(errorOf(t, await send(other)), MISMATCH, pair)
  }
})

t.test('bodies as deep as they may be are compared', async t => {
  const app = startApp(t)
  const deep = (leaf: number) => `{"metadata":{"deep":${'['.repeat(999)}${leaf}${']'.repeat(999)}}}`
  t.equal((await update(app, 'ses_pending', deep(1), { 'idempotency-key': 'k' })).statusCode, 200)
  t.equal((await update(app, 'ses_pending', deep(1), { 'idempotency-key': 'k' })).headers['idempotent-replayed'], 'true')
  t.same(errorOf(t, await update(app, 'ses_pending', deep(2), { 'idempotency-key': 'k' })), MISMATCH)
})

t.test('a key that is used anew after its 24 hours is the youngest again', async t => {
  const app = startApp(t, { maxIdempotencyKeys: 2 })
  const replayed = async (key: string) =>
    (await update(app, 'ses_pending', {}, { 'idempotency-key': key })).headers['idempotent-replayed'] === 'true'
  await replayed('a')
  advance(app, HOUR)
  await replayed('b')
  advance(app, 23 * HOUR)
  t.notOk(await replayed('a'), 'its time is over')
  t.notOk(await replayed('c'))
  t.notOk(await replayed('b'), 'b was the oldest')
  t.ok(await replayed('c'))
})

t.test('a key belongs to the API key that sent it', async t => {
  const app = startApp(t)
  await update(app, 'ses_pending', { external_ref: 'a' }, { 'idempotency-key': 'k' })
  for (const apiKey of ['vk_sandbox_another', LIVE_KEY]) {
    const id = apiKey === LIVE_KEY ? 'ses_live_pending' : 'ses_pending'
    const response = await update(app, id, { external_ref: 'b' }, { 'idempotency-key': 'k', 'x-api-key': apiKey })
    t.equal(response.statusCode, 200)
    t.notOk('idempotent-replayed' in response.headers)
  }
})

t.test('a key is kept 24 hours from its first request, to the millisecond', async t => {
  const app = startApp(t)
  const { clock } = app.workspaces.shared
  const realNow = clock.now.bind(clock)
  let now = realNow()
  clock.now = () => now
  const send = async (ref: string) => update(app, 'ses_pending', { external_ref: ref }, { 'idempotency-key': 'k' })

  await send('a')
  now += 12 * HOUR
  t.equal((await send('a')).headers['idempotent-replayed'], 'true')
  now += 12 * HOUR - 1
  t.equal((await send('a')).headers['idempotent-replayed'], 'true', 'a replay at 23:59:59.999')
  t.same(errorOf(t, await send('b')), MISMATCH)
  now += 1
  t.notOk('idempotent-replayed' in (await send('b')).headers, 'free at 24:00:00.000, for other parameters too')
  now -= 48 * HOUR
  t.equal((await send('b')).headers['idempotent-replayed'], 'true', 'a clock that went back frees nothing')
})

t.test('records tell what was done and how often it was asked for again, are put back with the state, and go after 24 hours', async t => {
  const app = startApp(t)
  const { store } = app.workspaces.shared
  const send = async () => update(app, 'ses_pending', { external_ref: 'a' }, { 'idempotency-key': 'k' })
  for (let times = 0; times < 3; times++) await send()
  const [record, ...others] = store.idempotencyRecords()
  t.match(record, { key: 'k', sessionId: 'ses_pending', body: { external_ref: 'a' }, result: { status: 200 }, replays: 2 })
  t.same(others, [])

  store.restore([stored(app, 'ses_pending')], store.idempotencyRecords())
  t.equal((await send()).headers['idempotent-replayed'], 'true')
  store.restore([stored(app, 'ses_pending')], [])
  t.notOk('idempotent-replayed' in (await send()).headers, 'what is not in the state is gone')
  advance(app, 24 * HOUR)
  t.same(store.idempotencyRecords(), [])
})

t.test('errors changed nothing, so their key stays free', async t => {
  const app = startApp(t)
  const key = { 'idempotency-key': 'k' }
  t.equal((await update(app, 'ses_none', {}, key)).statusCode, 404)
  t.equal((await update(app, 'ses_redacted', {}, key)).statusCode, 422)
  t.equal((await update(app, 'ses_pending', { external_ref: 1 }, key)).statusCode, 422)
  t.equal((await update(app, 'ses_pending', {}, { ...key, 'x-api-key': 'nonsense' })).statusCode, 401)
  const response = await update(app, 'ses_pending', {}, key)
  t.equal(response.statusCode, 200)
  t.notOk('idempotent-replayed' in response.headers)
})

t.test('keys have 1 to 255 characters', async t => {
  const app = startApp(t)
  const detail = async (key: string) => errorOf(t, await update(app, 'ses_pending', {}, { 'idempotency-key': key })).detail
  t.equal((await update(app, 'ses_pending', {}, { 'idempotency-key': 'x'.repeat(255) })).statusCode, 200)
  t.same(await detail('x'.repeat(256)),
    [{ loc: ['header', 'Idempotency-Key'], msg: 'must have at most 255 characters', type: 'string_too_long' }])
  t.same(await detail(''), [{ loc: ['header', 'Idempotency-Key'], msg: 'must not be empty', type: 'string_too_short' }])
})

t.test('keys are bounded: the oldest is dropped, counted, and told once', async t => {
  const lines: string[] = []
  const app = buildApp({ logLevel: 'warn', maxIdempotencyKeys: 2 }, { write: line => lines.push(line) })
  t.teardown(() => app.close())
  const replayed = async (key: string) =>
    (await update(app, 'ses_pending', {}, { 'idempotency-key': key })).headers['idempotent-replayed'] === 'true'

  t.notOk(await replayed('a'))
  t.notOk(await replayed('b'))
  t.ok(await replayed('a'), 'a replay does not make a key younger')
  t.equal(lines.length, 0)
  t.notOk(await replayed('c'))
  t.equal(lines.length, 1, 'told with the first that is dropped')
  t.notOk(await replayed('a'), 'a was the oldest')
  t.ok(await replayed('c'))
  t.equal(app.workspaces.shared.store.evictedIdempotencyKeys, 2)
  advance(app, 24 * HOUR)
  t.notOk(await replayed('d'))
  t.equal(app.workspaces.shared.store.evictedIdempotencyKeys, 2, 'what has expired is dropped without being counted')
  t.equal(lines.length, 1)
  t.match(lines[0], /more than 2 idempotency keys within 24 hours/)
})

/** An operation that takes its time, switched to idempotent in one line; one more, and one that is not switched. */
async function slowApp (t: Test) {
  const app = startApp(t)
  const begun: { finish: () => void, fail: (error: Error) => void }[] = []
  app.register(async scope => {
    await scope.register(apiKeyPlugin, { apiKeys: new ApiKeys([]), workspaces: app.workspaces })
    await scope.register(requestHeadersPlugin)
    await scope.register(idempotencyPlugin)
    scope.post('/slow', { config: { idempotent: true } }, async (_request, reply: FastifyReply) => {
      await new Promise<void>((resolve, reject) => begun.push({ finish: resolve, fail: reject }))
      reply.code(201)
      return { run: begun.length }
    })
    let runs = 0
    scope.post('/quick', { config: { idempotent: true } }, () => ({ run: ++runs }))
    scope.post('/always', () => ({ run: ++runs }))
  })
  await app.ready()
  return { app, begun }
}

/** Lets every request that was sent come as far as it can. */
async function settle (): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
}

async function slow (app: FastifyInstance, payload: object = {}, url = '/slow') {
  return app.inject({ method: 'POST', url, headers: { 'x-api-key': SANDBOX_KEY, 'idempotency-key': 'k' }, payload })
}

t.test('the same key for another operation is a mismatch, also without a session and with the same body', async t => {
  const { app, begun } = await slowApp(t)
  t.same((await slow(app, {}, '/quick')).json(), { run: 1 })
  t.same(errorOf(t, await slow(app, {}, '/slow')), MISMATCH)
  t.equal(begun.length, 0)
})

t.test('an operation that is not switched to idempotent is executed each time', async t => {
  const { app } = await slowApp(t)
  t.same((await slow(app, {}, '/always')).json(), { run: 1 })
  t.same((await slow(app, {}, '/always')).json(), { run: 2 })
})

t.test('idempotency without API keys does not start: whose key it is would be unknown', async t => {
  await t.rejects(async () => Fastify().register(idempotencyPlugin), { message: /'api-key' of plugin 'idempotency' is not registered/ })
})

t.test('equal requests in flight are executed once and answered alike, with the status of the first', async t => {
  const { app, begun } = await slowApp(t)
  const requests = [slow(app), slow(app), slow(app)]
  await settle()
  t.equal(begun.length, 1)
  begun[0]?.finish()
  const [first, ...others] = await Promise.all(requests)
  t.equal(first?.statusCode, 201)
  for (const other of others) {
    t.equal(other.statusCode, 201)
    t.equal(other.body, first?.body)
    t.equal(other.headers['idempotent-replayed'], 'true')
  }
  t.equal(begun.length, 1)
})

t.test('other parameters in flight wait for the outcome before they are a mismatch', async t => {
  const { app, begun } = await slowApp(t)
  const first = slow(app, { a: 1 })
  await settle()
  const other = slow(app, { a: 2 })
  await settle()
  begun[0]?.finish()
  t.equal((await first).statusCode, 201)
  t.same(errorOf(t, await other), MISMATCH)
})

t.test('an operation that fails frees its key, and one of those who waited executes', async t => {
  const { app, begun } = await slowApp(t)
  const requests = [slow(app), slow(app), slow(app)]
  await settle()
  begun[0]?.fail(new Error('crash'))
  await settle()
  t.equal(begun.length, 2, 'one more, not two')
  begun[1]?.finish()
  const responses = await Promise.all(requests)
  t.same(responses.map(({ statusCode }) => statusCode).sort(), [201, 201, 500])
  t.equal((await slow(app)).headers['idempotent-replayed'], 'true')
})

t.test('a client that hangs up leaves no key locked: its operation ends, and is replayed', async t => {
  const { app, begun } = await slowApp(t)
  const url = await app.listen({ port: 0 })
  // not fetch: it comes back with a connection that it does not use, and the end of the test waits for that one's end
  const client = request(`${url}/slow`, { method: 'POST', headers: { 'x-api-key': SANDBOX_KEY, 'idempotency-key': 'k' } }).end()
  while (begun.length === 0) await settle()
  client.destroy()
  await t.rejects(once(client, 'response'), { code: 'ECONNRESET' })
  const retry = app.inject({ method: 'POST', url: '/slow', headers: { 'x-api-key': SANDBOX_KEY, 'idempotency-key': 'k' } })
  await settle()
  t.equal(begun.length, 1, 'the retry waits')
  begun[0]?.finish()
  t.equal((await retry).headers['idempotent-replayed'], 'true')
})

t.test('a replay has a date of its own', async t => {
  const app = startApp(t)
  const url = await app.listen({ port: 0 })
  const send = async () => fetch(`${url}/sessions/ses_pending`, {
    method: 'PATCH',
    headers: { 'x-api-key': SANDBOX_KEY, 'idempotency-key': 'k', 'content-type': 'application/json' },
    body: '{}'
  })
  await (await send()).text()
  const replay = await send()
  t.equal(replay.headers.get('idempotent-replayed'), 'true')
  t.ok(Math.abs(Date.parse(replay.headers.get('date') ?? '') - Date.now()) < 60_000)
})
