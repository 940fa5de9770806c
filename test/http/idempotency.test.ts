import { request } from 'node:http'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import t from 'tap'
import { connectVerifaMock, type JournalEntry } from '../../src/index.js'
import { advance, errorOf, listen, LIVE_KEY, SANDBOX_KEY, startApp, startLogged, stored, update } from '../helper.js'

// What the same parameters are, and when a key is free again, is tested in test/domain.

const DAY = 24 * 60 * 60 * 1000
const MISMATCH = {
  error: 'idempotency_mismatch', detail: 'Idempotency key has already been used with different parameters.', status_code: 422
}

t.test('the same key with the same parameters gets the first response, and changes nothing', async t => {
  const app = startApp(t)
  const first = await update(app, 'ses_pending', { metadata: { n: 1 } }, { 'idempotency-key': 'k' })
  t.notOk('idempotent-replayed' in first.headers, 'the first response is not a replay')
  await update(app, 'ses_pending', { metadata: { n: 2 } })
  const now = await stored(app, 'ses_pending')
  await advance(app, 1000)

  const replay = await update(app, 'ses_pending', { metadata: { n: 1 } }, { 'idempotency-key': 'k' })
  t.equal(replay.statusCode, 200)
  t.equal(replay.body, first.body, 'the same to the byte')
  t.equal(replay.headers['idempotent-replayed'], 'true')
  t.equal(replay.headers['verifa-version'], '2026-01-01')
  t.equal(await stored(app, 'ses_pending'), now)
})

t.test('other parameters are a 422, and the body of the first request can come in another casing and order', async t => {
  const app = startApp(t)
  const key = { 'idempotency-key': 'k' }
  await update(app, 'ses_pending', { external_ref: 'a', metadata: { n: 1 } }, key)
  t.same(errorOf(t, await update(app, 'ses_pending', { external_ref: 'b' }, key)), MISMATCH)
  t.same(errorOf(t, await update(app, 'ses_none', { external_ref: 'a', metadata: { n: 1 } }, key)), MISMATCH)
  const same = await update(app, 'ses_pending', { metadata: { n: 1 }, externalRef: 'a' }, { ...key, 'verifa-version': '2026-02-01' })
  t.equal(same.headers['idempotent-replayed'], 'true')
})

t.test('a replay has the casing that its own request asks for', async t => {
  const app = startApp(t)
  const send = async (inflection?: string) =>
    update(app, 'ses_pending', { metadata: { snake_key: 1 } }, { 'idempotency-key': 'k', 'key-inflection': inflection })
  const snake = (await send()).json<{ updated_at: string }>()
  const camel = (await send('camel')).json<{ updatedAt: string }>()
  t.equal(camel.updatedAt, snake.updated_at)
  t.match(camel, { metadata: { snake_key: 1 } })
  t.match((await send('kebab')).json(), { 'updated-at': snake.updated_at })
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

t.test('a key is free again after 24 hours of the mock\'s clock', async t => {
  const app = startApp(t)
  await app.workspaces.shared.world.clock.freeze(true)
  const send = async (ref: string) => update(app, 'ses_pending', { external_ref: ref }, { 'idempotency-key': 'k' })
  await send('a')
  await advance(app, DAY - 1)
  t.same(errorOf(t, await send('b')), MISMATCH, 'at 23:59:59.999')
  await advance(app, 1)
  t.equal((await send('b')).statusCode, 200, 'at 24:00:00.000')
})

t.test('an error changes nothing, so its key stays free', async t => {
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

t.test('of equal requests at the same time one is executed, and the others are replays', async t => {
  const app = await listen(t)
  const mock = connectVerifaMock(app.url)
  await mock.faults.add({ then: { delay_ms: 20 }, times: null })
  const responses = await Promise.all(Array.from({ length: 10 }, async () =>
    update(app, 'ses_pending', { metadata: { n: 1 } }, { 'idempotency-key': 'k' })))
  t.equal(responses.filter(({ headers }) => headers['idempotent-replayed'] === undefined).length, 1)
  t.equal(new Set(responses.map(({ body }) => body)).size, 1)
  t.equal((await mock.requests()).filter(({ changes }) => changes.length > 0).length, 1)
})

t.test('keys have 1 to 255 characters', async t => {
  const app = startApp(t)
  const detail = async (key: string) => errorOf(t, await update(app, 'ses_pending', {}, { 'idempotency-key': key })).detail
  t.equal((await update(app, 'ses_pending', {}, { 'idempotency-key': 'x'.repeat(255) })).statusCode, 200)
  t.same(await detail('x'.repeat(256)),
    [{ loc: ['header', 'Idempotency-Key'], msg: 'must have at most 255 characters', type: 'string_too_long' }])
  t.same(await detail(''), [{ loc: ['header', 'Idempotency-Key'], msg: 'must not be empty', type: 'string_too_short' }])
})

/** An update over a connection, with its headers as they are: a name can come twice, and text is sent as bytes. */
async function send (url: string, ...keys: string[]): Promise<{ status: number, headers: IncomingMessage['headers'], body: unknown }> {
  const headers = ['Host', 'localhost', 'X-API-Key', SANDBOX_KEY, 'Content-Type', 'application/json', 'Content-Length', '2', 'Connection', 'close']
  const client = request(`${url}/sessions/ses_pending`, { method: 'PATCH', headers: [...headers, ...keys.flatMap(key => ['Idempotency-Key', key])] })
  client.end(Buffer.from('{}')) // text would have the headers sent as UTF-8 too
  const [response] = await once(client, 'response') as [IncomingMessage]
  const chunks = await response.toArray() as Buffer[]
  return { status: response.statusCode ?? 0, headers: response.headers, body: JSON.parse(Buffer.concat(chunks).toString()) as unknown }
}

t.test('a key that is sent twice is a 422', async t => {
  const { url } = await listen(t)
  const problem = { loc: ['header', 'Idempotency-Key'], msg: 'was sent more than once', type: 'value_error' }
  for (const keys of [['a', 'b'], ['a', 'a']]) t.match(await send(url, ...keys), { status: 422, body: { detail: [problem] } }, keys.join())
  t.match(await send(url, 'a, b'), { status: 200 }, 'one key can have a comma')
})

t.test('a key is read as UTF-8 where its bytes are UTF-8', async t => {
  const { url } = await listen(t)
  const mock = connectVerifaMock(url)
  const bytesOf = (text: string) => Buffer.from(text).toString('latin1')
  const key = 'é'.repeat(200)
  t.equal((await send(url, bytesOf(key))).status, 200, '200 characters, though 400 bytes')
  t.equal((await send(url, bytesOf('é'.repeat(256)))).status, 422)
  t.match(await mock.idempotencyKeys(), [{ key }])
  t.equal(await mock.verify({ match: { idempotency_key: key, status: 200 }, count: 1 }), 1)
  t.match(await mock.requests({ idempotency_key: key }), [{ idempotency_key: key }])
  await mock.faults.add({ match: { idempotency_key: key }, then: { status: 503 } })
  t.equal((await send(url, bytesOf(key))).status, 503)
  t.equal((await send(url, bytesOf(key))).headers['idempotent-replayed'], 'true')
  t.equal((await send(url, '\xe9')).status, 200)
  t.match((await mock.idempotencyKeys())[1], { key: 'é' }, 'other bytes are read as Latin-1')
})

t.test('a replay has its own Date', async t => {
  const { url } = await listen(t)
  await send(url, 'k')
  const { headers } = await send(url, 'k')
  t.equal(headers['idempotent-replayed'], 'true')
  t.ok(Math.abs(Date.parse(headers.date ?? '') - Date.now()) < 60_000)
})

t.test('keys are bounded by count: the oldest is evicted and counted, and the first eviction is logged', async t => {
  const { app, lines } = startLogged(t, { logLevel: 'warn', maxIdempotencyKeys: 2 })
  const isReplayed = async (key: string) =>
    (await update(app, 'ses_pending', {}, { 'idempotency-key': key })).headers['idempotent-replayed'] === 'true'
  const evicted = async () => (await app.inject('/_mock/idempotency-keys')).json<{ evicted: number }>().evicted

  t.notOk(await isReplayed('a'))
  t.notOk(await isReplayed('b'))
  t.ok(await isReplayed('a'), 'a replay does not make a key younger')
  t.equal(lines.length, 0)
  t.notOk(await isReplayed('c'))
  t.equal(lines.length, 1)
  t.notOk(await isReplayed('a'), 'a was the oldest')
  t.ok(await isReplayed('c'))
  t.equal(await evicted(), 2)
  await advance(app, DAY)
  t.notOk(await isReplayed('d'))
  t.equal(await evicted(), 2, 'an expired key is dropped without being counted')
  t.equal(lines.length, 1)
  t.match(lines[0], /More than 2 idempotency keys, or more than \d+ bytes of them, within 24 hours: the oldest are evicted/)
})

t.test('keys are bounded by bytes', async t => {
  const app = startApp(t, { maxIdempotencyBytes: 100_000 })
  for (let number = 0; number < 20; number++) {
    await update(app, 'ses_bare', { metadata: { text: 'x'.repeat(10_000) } }, { 'idempotency-key': `k${number}` })
  }
  const { data, evicted } = (await app.inject('/_mock/idempotency-keys')).json<{ data: { key: string }[], evicted: number }>()
  t.equal(data.length + evicted, 20)
  t.ok(data.length > 1 && data.length < 10, `${data.length} keys of about 20 kB each`)
  t.equal(data.at(-1)?.key, 'k19', 'the newest stay')
})

t.test('the journal shows which requests were replays', async t => {
  const app = startApp(t)
  for (let times = 0; times < 2; times++) await update(app, 'ses_pending', {}, { 'idempotency-key': 'k' })
  const { data } = (await app.inject('/_mock/requests')).json<{ data: JournalEntry[] }>()
  t.same(data.map(({ replayed, changes }) => [replayed, changes.length]), [[false, 1], [true, 0]])
})
