import type { FastifyInstance, InjectOptions } from 'fastify'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { digestOf } from '../../src/domain/api-keys.js'
import { maskHeaders } from '../../src/domain/journal/entry.js'
import type { Exchange } from '../../src/domain/journal/journal.js'
import type { JournalEntry, Session } from '../../src/index.js'
import { Connection } from '../connection.js'
import { errorOf, LIVE_KEY, listen, SANDBOX_KEY, startApp, stored, update } from '../helper.js'

async function resend (app: FastifyInstance, id: number, payload: object = {}, headers: Record<string, string> = {}) {
  return app.inject({ method: 'POST', url: `/_mock/requests/${id}/resend`, payload, headers })
}

/** What a request becomes that is sent again. */
async function resent (t: Test, app: FastifyInstance, id: number, payload?: object): Promise<JournalEntry> {
  const response = await resend(app, id, payload)
  t.equal(response.statusCode, 200, response.body)
  return response.json()
}

async function journal (app: FastifyInstance): Promise<JournalEntry[]> {
  return (await app.inject('/_mock/requests')).json<{ data: JournalEntry[] }>().data
}

t.test('a request is sent again as it was, with its whole key', async t => {
  const app = startApp(t)
  await update(app, 'ses_pending', { metadata: { n: 1 } }, {
    'key-inflection': 'camel', 'verifa-version': '2026-01-01', 'idempotency-key': 'k', 'connection': 'close', 'te': 'trailers', 'x-own': 'ü'
  })
  const [first] = await journal(app) as [JournalEntry]
  const second = await resent(t, app, 1)
  t.match(second, { id: 2, status: 200, replayed: true, idempotency_key: 'k', operation: 'updateSession', path: '/sessions/ses_pending', api_key: first.api_key })
  const { connection, te, ...headers } = first.request.headers
  t.same([connection, te], ['close', 'trailers'])
  t.same(second.request, { headers, body: first.request.body })
  t.same(second.response.body, first.response.body)
  t.same((await journal(app))[1], second)
  t.match((await resent(t, app, 2)), { id: 3, replayed: true }, 'and once more')
})

t.test('another idempotency key, or none, and another body', async t => {
  const app = startApp(t)
  await update(app, 'ses_pending', { metadata: { n: 1 } }, { 'idempotency-key': 'k' })
  t.match(await resent(t, app, 1, { body: { metadata: { n: 2 } } }), { status: 422, reason: /metadata/, idempotency_key: 'k' })
  t.match(await resent(t, app, 1, { idempotency_key: 'schlüssel ✓' }), { status: 200, replayed: false, idempotency_key: 'schlüssel ✓' })
  t.match(await resent(t, app, 1, { idempotency_key: 'x'.repeat(256) }), { status: 422 })
  const unkeyed = await resent(t, app, 1, { idempotency_key: null, body: { metadata: { n: '✓', more: null } } })
  t.match(unkeyed, { status: 200, replayed: false, idempotency_key: null, request: { body: { metadata: { n: '✓', more: null } } } })
  t.equal((await stored(app, 'ses_pending')).metadata['n'], '✓')
  t.match(await resent(t, app, 1, { idempotency_key: null, body: null }), { status: 422, request: { body: null, headers: { 'content-length': '4' } } })
  for (const payload of [{ idempotency_key: 'a\nb' }, { idempotency_key: 7 }, { idempotencyKey: 'k' }]) t.equal((await resend(app, 1, payload)).statusCode, 422)
  t.equal((await journal(app)).length, 6, 'what is refused sends nothing')
})

t.test('a request whose body was not read needs one', async t => {
  const app = startApp(t)
  const unread: [body: string, headers?: Record<string, string>][] = [
    ['{'], ['{}', { 'x-mock-fault': 'status=503' }], ['{}', { 'content-type': 'text/plain' }], ['{}', { 'x-api-key': 'vk_nonsense' }],
    [`${'['.repeat(3_000)}${']'.repeat(3_000)}`], [JSON.stringify('x'.repeat(2_000_000))]
  ]
  for (const [index, [body, headers]] of unread.entries()) {
    const id = index + 1
    await update(app, 'ses_pending', body, headers)
    t.same(errorOf(t, await resend(app, id)), {
      error: 'conflict', detail: `Request ${id} cannot be sent again as it was: its body was not read. Give a body.`, status_code: 409
    })
  }
  const statuses = []
  for (const index of unread.keys()) statuses.push((await resent(t, app, index + 1, { body: { external_ref: 'again' } })).status)
  t.same(statuses, [200, 503, 200, 401, 200, 200], 'with a body, which is JSON, a request is otherwise as it was')
  t.equal((await journal(app)).length, 12)
  await update(app, 'ses_pending', undefined)
  t.match(await resent(t, app, 13), { status: 422, request: { body: null } }, 'one that had no body needs none')
})

t.test('a fault takes effect again, also one that cuts the connection', async t => {
  const app = startApp(t)
  for (const [fault, status] of [['drop=before', null], ['drop=after', 200], ['delay=1', 200]] as const) {
    const sent = update(app, 'ses_pending', { external_ref: fault }, { 'x-mock-fault': fault })
    if (fault.startsWith('drop')) await t.rejects(sent, { code: 'LIGHT_ECONNRESET' })
    else await sent
    const entries = await journal(app)
    const { id } = entries.at(-1) as JournalEntry
    const response = await resend(app, id, fault === 'drop=before' ? { body: { external_ref: fault } } : {})
    t.match(response.json(), { id: id + 1, fault, status, changes: status === null ? [] : [{ type: 'session.updated' }] }, fault)
  }
  await app.inject({ method: 'POST', url: '/_mock/faults', payload: { then: { drop: 'after' } } })
  await update(app, 'ses_pending', {}, { 'x-mock-fault': 'delay=0' })
  const { id } = (await journal(app)).at(-1) as JournalEntry
  t.match(await resent(t, app, id), { fault: 'delay=0', status: 200 }, 'a header comes before a rule')
})

t.test('the whole API key is in no response', async t => {
  const app = startApp(t)
  await app.inject({ url: `/sessions/${LIVE_KEY}?key=${LIVE_KEY}`, headers: { 'x-api-key': LIVE_KEY, 'authorization': 'Bearer hunter2' } })
  const response = await resend(app, 1, { idempotency_key: LIVE_KEY })
  t.equal(response.json<JournalEntry>().status, 404)
  t.notMatch(response.body, '90ab12')
  t.notMatch(response.body, 'hunter2')
  t.match(response.json(), { api_key: 'vk_live_…cd34', idempotency_key: 'vk_live_…cd34' })
})

t.test('forms and pages of the capture page', async t => {
  const app = startApp(t)
  const path = '/verify/ses_capturing'
  await app.inject(path)
  t.match(await resent(t, app, 1), { operation: 'openCapture', path, status: 200, response: { body: null } })
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  await app.inject({ method: 'POST', url: `${path}/sandbox-outcome`, payload: 'outcome=needs_review', headers })
  const { status } = (await journal(app)).at(-1) as JournalEntry
  t.equal(status, 303)
  const again = await resent(t, app, 3)
  t.match(again, { operation: 'sandboxOutcome', status: 410, request: { body: { outcome: 'needs_review' } }, response: { body: null } })
  t.match(await resent(t, app, 3, { body: { outcome: 'approve' } }), { status: 410, response: { body: { status_code: 410 } } }, 'a body is JSON, and so is the response')
})

t.test('only requests of the journal are sent again, and only to the API: a URL is not normalized', async t => {
  const app = await listen(t)
  await update(app, 'ses_pending', { external_ref: 'stays' })
  const targets = [
    '/x/../_mock/reset', '/./_mock/reset', '//_mock/reset', '/\\..\\_mock/reset', '/_MOCK/reset', '/x/%2e%2e/_mock/reset', 'http://localhost/x/../_mock/reset',
    '/sessions/ses_none?a=#b', '/sessions/a b', '/sessions/\xfc', '*', '?', 'localhost:80', '/sessions//', '/_mock/health', '/_mock/nowhere', 'http://localhost/_mock/health'
  ]
  for (const method of ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS', 'CONNECT', 'M-SEARCH']) {
    for (const target of targets) {
      const connection = await Connection.open(app)
      connection.send(`${method} ${target} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${SANDBOX_KEY}\r\n\r\n`)
      await connection.response(method === 'HEAD')
      connection.hangUp()
    }
  }
  const entries = await journal(app)
  t.ok(entries.length > 40, `${entries.length} requests`)
  for (const { id, method, path, status, operation } of entries) {
    t.match(await resent(t, app, id), { method, path, status: operation === 'updateSession' ? 200 : status, operation }, `${method} ${path}`)
  }
  t.equal((await journal(app)).length, entries.length * 2, 'no call of the control plane, which would not be in the journal')
  t.equal((await stored(app, 'ses_pending')).external_ref, 'stays')
})

t.test('a body that came in chunks is sent in one piece', async t => {
  const app = await listen(t)
  await fetch(`${app.url}/sessions/ses_pending`, {
    method: 'PATCH',
    headers: { 'x-api-key': SANDBOX_KEY, 'content-type': 'application/json' },
    body: new Blob(['{"external_ref":"ü"}']).stream(),
    duplex: 'half'
  })
  const [{ request }] = await journal(app) as [JournalEntry]
  t.equal(request.headers['transfer-encoding'], 'chunked')
  const again = await resent(t, app, 1)
  t.match(again, { status: 200, request: { headers: { 'content-length': '21' }, body: { external_ref: 'ü' } } })
  t.notOk('transfer-encoding' in again.request.headers)
})

t.test('with isolation a request goes to the workspace of its own key', async t => {
  const app = startApp(t, { isolation: 'api-key' })
  const external = async (key: string) => (await app.inject({ url: '/_mock/sessions/ses_pending', headers: { 'x-api-key': key } })).json<Session>().external_ref
  await update(app, 'ses_pending', { external_ref: 'mine' }, { 'x-api-key': 'vk_sandbox_mine' })
  const own = await resend(app, 1, { body: { external_ref: 'again' } }, { 'x-api-key': 'vk_sandbox_mine' })
  t.match(own.json(), { id: 2, status: 200 })
  t.same([await external('vk_sandbox_mine'), await external('vk_sandbox_other')], ['again', 'order-1001'])
  t.equal((await resend(app, 1)).statusCode, 404, 'a call without a key sees the shared journal')

  await app.inject({ url: '/nowhere', headers: { 'x-api-key': 'vk_sandbox_new' } })
  t.match(await resent(t, app, 1), { id: 2, status: 404 })
  await update(app, 'ses_pending', {}, { 'x-api-key': 'vk_sandbox_new' })
  t.match(await resent(t, app, 1), { id: 2, path: '/nowhere', status: 404 }, 'it is found in the journal to which it came')
})

t.test('an entry is returned, also when the journal has lost it by then', async t => {
  const app = startApp(t, { maxJournalEntries: 1 })
  await update(app, 'ses_pending', { external_ref: 'a' }, { 'x-mock-fault': 'delay=5' })
  const entries = await Promise.all([1, 2, 3].map(async () => resent(t, app, 1)))
  t.same(entries.map(({ status }) => status), [200, 200, 200])
  t.equal((await journal(app)).length, 1)

  await app.inject({ method: 'POST', url: '/_mock/reset' })
  await update(app, 'ses_pending', { external_ref: 'a' })
  await app.inject({ method: 'POST', url: '/_mock/faults', payload: { then: { delay_ms: 20 } } })
  const again = resent(t, app, 1)
  while (!app.workspaces.shared.world.faults.isEmpty) await new Promise(resolve => setImmediate(resolve))
  await app.inject({ method: 'POST', url: '/_mock/reset' })
  t.match(await again, { status: 200, fault: 'delay=20' })
  t.same(await journal(app), [])
})

t.test('a request whose journal has its API key masked is sent again with the key that the mock knows', async t => {
  const app = startApp(t, {})
  const { journal } = app.workspaces.shared.world
  await update(app, 'ses_pending', { external_ref: 'a' }, { authorization: 'Bearer secret' })
  const exchange = await journal.find(1) as Exchange
  const requestHeaders = maskHeaders(exchange.requestHeaders)
  const mask = (key: string) => t.intercept(journal, 'find', { value: async () => ({ ...exchange, requestHeaders, apiKeyDigest: digestOf(key) }) })
  mask(SANDBOX_KEY)
  const again = await resent(t, app, 1)
  t.match(again, { id: 2, status: 200, api_key: 'vk_sandbox_…7be2' })
  t.notOk('authorization' in again.request.headers)
  mask(LIVE_KEY)
  t.same(errorOf(t, await resend(app, 1)), {
    error: 'conflict', detail: 'Request 1 cannot be sent again: this replica does not know its API key.', status_code: 409
  })
  t.equal((await journal.counts()).size, 2)
})

t.test('a request that is not there, and a body that is not', async t => {
  const app = startApp(t)
  t.match(errorOf(t, await resend(app, 1)), { detail: 'No request 1 in the journal.', status_code: 404 })
  await update(app, 'ses_pending', {})
  for (const id of ['01', '1.0', '1e0', '0x1', '%201', '-1', 'NaN']) t.equal((await app.inject(`/_mock/requests/${id}`)).statusCode, 404, id)
  t.equal((await app.inject({ method: 'POST', url: '/_mock/requests/1/resend' })).statusCode, 422)
})

t.test('whatever was sent and read, is sent again', async t => {
  const app = startApp(t)
  const header = fc.constantFrom('key-inflection', 'x-a', 'accept', '__proto__')
  const request: fc.Arbitrary<InjectOptions> = fc.record({
    method: fc.constantFrom('PATCH' as const, 'POST' as const, 'DELETE' as const),
    url: fc.constantFrom('/sessions/ses_pending', '/api/v1/sessions', '/sessions/ses_bare/set-tags', '/sessions/ses_none/data?x=%20'),
    headers: fc.dictionary(header, fc.constantFrom('camel', 'kebab', 'ü'), { maxKeys: 2 }),
    payload: fc.jsonValue({ maxDepth: 3 }).map(value => JSON.stringify(value))
  }).map(({ headers, ...rest }) => ({ ...rest, headers: { ...headers, 'x-api-key': SANDBOX_KEY, 'content-type': 'application/json' } }))
  await fc.assert(fc.asyncProperty(request, async request => {
    await app.workspaces.shared.reset()
    await app.inject(request)
    const response = await resend(app, 1)
    const [first, second] = await journal(app)
    if (response.statusCode !== 200) return response.statusCode === 409 && first?.request.body === null && second === undefined
    t.same(response.json(), second)
    t.same(second?.request, first?.request)
    return second?.id === 2
  }), { numRuns: 100 })
})
