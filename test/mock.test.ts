import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { ApiError, connectVerifaMock, type Session, startVerifaMock, UnmetExpectation, type VerifaMock } from '../src/index.js'
import { LIVE_KEY, SANDBOX_KEY } from './helper.js'

const HOUR = 60 * 60 * 1000

/** An update as a client makes it, over a real connection; `cut` when the connection was. */
async function patch (mock: VerifaMock, id: string, body: unknown, headers: Record<string, string> = {}) {
  try {
    const response = await fetch(`${mock.url}/api/v1/sessions/${id}`, {
      method: 'PATCH',
      headers: { 'x-api-key': SANDBOX_KEY, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body)
    })
    return { status: response.status, headers: response.headers, body: await response.json() as Record<string, unknown> }
  } catch {
    return 'cut' as const
  }
}

async function status (mock: VerifaMock, headers: Record<string, string> = {}, id = 'ses_pending'): Promise<number | 'cut'> {
  const answer = await patch(mock, id, {}, headers)
  return answer === 'cut' ? answer : answer.status
}

/** What a promise rejects with. */
async function rejection (promise: Promise<unknown>): Promise<ApiError> {
  return promise.then(() => {
    throw new Error('it was not refused')
  }, (error: unknown) => error as ApiError)
}

// The one list of rules for both interfaces.
const rules: Record<string, (t: Test, mock: VerifaMock) => Promise<void>> = {
  'sessions are seeded, read, listed, and refused whole': async (t, mock) => {
    const one = await mock.seed({ id: 'ses_1', status: 'capturing' })
    t.match(one, { id: 'ses_1', status: 'capturing', tags: [] })
    const many = await mock.seed([{ id: 'ses_2', is_sandbox: false }, {}])
    t.equal(many.length, 2)
    t.same(await mock.session('ses_2'), many[0])
    t.same((await mock.sessions()).filter(({ id }) => ['ses_1', 'ses_2'].includes(id)), [one, many[0]])
    t.match(await rejection(mock.seed([{ id: 'ses_3' }, { id: 'ses_1' }])), { statusCode: 409, message: 'Session ses_1 exists already.' })
    t.match(await rejection(mock.session('ses_3')), { statusCode: 404 })
    await mock.removeSession('ses_1')
    t.match(await rejection(mock.removeSession('ses_1')), { statusCode: 404 })
    t.match(await rejection(mock.seed({ status: 'x' as Session['status'] })), { code: 'validation_error', detail: [{ loc: ['body', 'status'] }] })
  },

  'reset is the start again': async (t, mock) => {
    const before = await mock.sessions()
    await patch(mock, 'ses_pending', { external_ref: 'changed' }, { 'idempotency-key': 'k' })
    await mock.seed({ id: 'ses_new' })
    await mock.faults.add({ then: { status: 500 } })
    await mock.clock.freeze('2030-01-01T00:00:00Z')
    await mock.reset()
    t.same(await mock.sessions(), before)
    t.same(await mock.idempotencyKeys(), [])
    t.same(await mock.requests(), [])
    t.same(await mock.faults.list(), [])
    t.ok(Math.abs((await mock.clock.now()).getTime() - Date.now()) < 60_000)
  },

  'the clock is set, moved, frozen and released, and everything obeys it': async (t, mock) => {
    t.equal((await mock.clock.freeze('2027-05-01T12:00:00Z')).toISOString(), '2027-05-01T12:00:00.000Z')
    t.equal((await mock.clock.advance('23h59m59s')).toISOString(), '2027-05-02T11:59:59.000Z')
    t.equal((await mock.clock.advance(1000)).toISOString(), '2027-05-02T12:00:00.000Z')
    t.equal((await mock.clock.advance('-1d')).toISOString(), '2027-05-01T12:00:00.000Z')
    const answer = await patch(mock, 'ses_pending', {}, { 'idempotency-key': 'k' })
    t.match(answer, { body: { updated_at: '2027-05-01T12:00:00.000Z' } })
    t.equal((await mock.seed({})).created_at, '2027-05-01T12:00:00.000Z')
    t.equal((await mock.requests())[0]?.at, '2027-05-01T12:00:00.000Z')
    t.match(await mock.idempotencyKeys(), [{ first_seen_at: '2027-05-01T12:00:00.000Z', expires_at: '2027-05-02T12:00:00.000Z' }])
    t.equal((await mock.clock.set(new Date('2028-01-01T00:00:00Z'))).toISOString(), '2028-01-01T00:00:00.000Z')
    t.same(await mock.idempotencyKeys(), [], 'the 24 hours are over')
    t.ok(Math.abs((await mock.clock.reset()).getTime() - Date.now()) < 60_000)
    for (const [span, msg] of [['soon', /must be milliseconds/], [1e16, /must not lead out/], ['-9999999d', /must not lead out/]] as const) {
      t.match(await rejection(mock.clock.advance(span)), { detail: [{ loc: ['body', 'advance'], msg }] })
    }
    t.match(await rejection(mock.clock.set('0000-01-01T00:00:00Z')), { detail: [{ loc: ['body', 'set'] }] })
    t.match(await rejection(mock.clock.advance(true as unknown as string)), { detail: [{ loc: ['body', 'advance'], msg: 'must be a number or a string' }] })
  },

  'a clock runs on from where it was put': async (t, mock) => {
    const put = await mock.clock.set('2027-01-01T00:00:00Z')
    t.ok((await mock.clock.now()).getTime() >= put.getTime())
    await mock.clock.freeze()
    const stands = await mock.clock.now()
    t.same(await mock.clock.now(), stands)
  },

  'an answer that is lost is replayed, and only one change was made': async (t, mock) => {
    await mock.faults.add({ match: { session_id: 'ses_pending' }, then: { drop: 'after' } })
    const send = async () => patch(mock, 'ses_pending', { metadata: { n: 1 } }, { 'idempotency-key': 'k' })
    t.equal(await send(), 'cut')
    t.equal(((await mock.session('ses_pending')).metadata)['n'], 1, 'it was done')
    const retry = await send()
    t.match(retry, { status: 200, body: { metadata: { n: 1 } } })
    t.equal(retry === 'cut' ? '' : retry.headers.get('idempotent-replayed'), 'true')
    const requests = await mock.requests({ idempotency_key: 'k' })
    t.match(requests, [{ fault: 'drop=after', status: 200, replayed: false }, { fault: null, status: 200, replayed: true }])
    t.equal(requests.filter(({ change }) => change !== undefined).length, 1)
    t.match(await mock.idempotencyKeys(), [{ key: 'k', session_id: 'ses_pending', replays: 1 }])
  },

  'a connection cut before leaves nothing done': async (t, mock) => {
    await mock.faults.add({ then: { drop: 'before' } })
    t.equal(await status(mock, { 'idempotency-key': 'k' }), 'cut')
    t.same(await mock.idempotencyKeys(), [])
    t.match(await mock.requests(), [{ fault: 'drop=before', status: null }])
    t.notOk('change' in ((await mock.requests())[0] ?? {}))
    t.equal(await status(mock, { 'idempotency-key': 'k' }), 200)
  },

  'injected errors have the documented code for their status, and are kept under no key': async (t, mock) => {
    const inject = async (then: object) => {
      await mock.faults.add({ then })
      const answer = await patch(mock, 'ses_pending', {}, { 'idempotency-key': 'k', 'key-inflection': 'camel' })
      return answer === 'cut' ? undefined : answer
    }
    t.match((await inject({ status: 500 }))?.body, { error: 'internal_error', detail: 'Injected fault: 500.', statusCode: 500 })
    t.match((await inject({ status: 503, error: 'down', detail: 'Back soon.' }))?.body, { error: 'down', detail: 'Back soon.', statusCode: 503 })
    t.match((await inject({ status: 409 }))?.body, { error: 'conflict' })
    t.match((await inject({ status: 418 }))?.body, { error: 'bad_request', statusCode: 418 })
    const limited = await inject({ status: 429 })
    t.match(limited?.body, { error: 'rate_limited', detail: 'Rate limit exceeded. Retry after 1 seconds.', statusCode: 429 })
    t.equal(limited?.headers.get('retry-after'), '1')
    const later = await inject({ status: 429, headers: { 'Retry-After': '12', 'X-Reason': 'busy' } })
    t.match(later?.body, { detail: 'Rate limit exceeded. Retry after 12 seconds.' })
    t.same([later?.headers.get('retry-after'), later?.headers.get('x-reason')], ['12', 'busy'])
    t.same(await mock.idempotencyKeys(), [])
    t.equal(await status(mock, { 'idempotency-key': 'k' }), 200, 'the key is free')
  },

  'faults match, skip, count, come in order, and are removed': async (t, mock) => {
    const fault = await mock.faults.add({ match: { session_id: 'ses_bare', method: 'PATCH', operation: 'updateSession' }, then: { status: 500 }, times: 2, skip: 1 })
    t.match(fault, { id: /^fault_\d+$/, times: 2, skip: 1, remaining: 2 })
    t.equal(await status(mock), 200, 'another session')
    const three = [await status(mock, {}, 'ses_bare'), await status(mock, {}, 'ses_bare'), await status(mock, {}, 'ses_bare')]
    t.same(three, [200, 500, 500])
    t.same(await mock.faults.list(), [], 'used up')
    t.match(await rejection(mock.faults.clear(fault.id)), { statusCode: 404, message: `There is no fault ${fault.id}. It may be used up.` })

    const keyed = await mock.faults.add({ match: { idempotency_key: 'k' }, then: { status: 500 }, times: null })
    await mock.faults.add({ then: { status: 503 }, times: 1 })
    t.same([await status(mock, { 'idempotency-key': 'k' }), await status(mock), await status(mock)], [500, 503, 200])
    t.match(await mock.faults.list(), [{ id: keyed.id, remaining: null }])
    await mock.faults.clear(keyed.id)
    t.equal(await status(mock, { 'idempotency-key': 'k' }), 200)
    await mock.faults.add({ match: { session_id: 'ses_none' }, then: { status: 500 } })
    await mock.faults.clear()
    t.same(await mock.faults.list(), [])
  },

  'faults befall the API, and never the control plane': async (t, mock) => {
    await mock.faults.add({ then: { status: 500 }, times: null })
    t.equal(await status(mock), 500)
    t.ok((await mock.sessions()).length > 0)
  },

  'the header X-Mock-Fault does it for one request': async (t, mock) => {
    t.same([
      await status(mock, { 'x-mock-fault': 'status=502' }), await status(mock, { 'x-mock-fault': 'delay=1' }),
      await status(mock, { 'x-mock-fault': 'drop=after' }), await status(mock, { 'x-mock-fault': 'drop=before' }), await status(mock)
    ], [502, 200, 'cut', 'cut', 200])
    for (const wrong of ['status=200', 'status=abc', 'delay=x', 'delay=999999', 'drop=maybe', 'fire', '']) {
      t.match(await patch(mock, 'ses_pending', {}, { 'x-mock-fault': wrong }), { status: 422, body: { detail: [{ loc: ['header', 'X-Mock-Fault'] }] } }, wrong)
    }
    t.match(await mock.requests({ limit: 8 }), [{ fault: null }], 'what is no fault is none')
  },

  'a client that does not wait for a late answer has it carried out all the same': async (t, mock) => {
    for (const size of [0, 100_000]) {
      await mock.reset()
      await mock.faults.add({ then: { delay_ms: 60 } })
      const body = { metadata: { a: 'x'.repeat(10) }, external_ref: 'y'.repeat(size) }
      const send = async (signal?: AbortSignal) => fetch(`${mock.url}/sessions/ses_pending`, {
        method: 'PATCH',
        headers: { 'x-api-key': SANDBOX_KEY, 'content-type': 'application/json', 'idempotency-key': 'k' },
        body: JSON.stringify(body),
        ...(signal !== undefined && { signal })
      })
      await t.rejects(send(AbortSignal.timeout(30)))
      while ((await mock.requests()).length === 0) await new Promise(resolve => setImmediate(resolve))
      t.match(await mock.requests(), [{ status: 200, fault: 'delay=60', change: {} }])
      t.equal((await send()).headers.get('idempotent-replayed'), 'true')
    }
  },

  'what is nested beyond measure is refused, and leaves the journal readable': async (t, mock) => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const response = await fetch(`${mock.url}/sessions/ses_pending`, {
      method: 'PATCH', headers: { 'x-api-key': SANDBOX_KEY, 'content-type': 'application/json' }, body: `{"foo":${deep}}`
    })
    t.equal(response.status, 422)
    t.match(await mock.requests(), [{ status: 422, request: { body: null } }])
    const verify = await fetch(`${mock.url}/_mock/requests/verify`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: `{"match":{"body":${deep}}}`
    })
    t.equal(verify.status, 422)
  },

  'faults that cannot be are refused': async (t, mock) => {
    const refused = async (then: object) => (await rejection(mock.faults.add({ then }))).detail
    const one = [{ loc: ['body', 'then'], msg: 'must have exactly one of status, delay_ms and drop' }]
    t.match(await refused({}), one)
    t.match(await refused({ status: 500, delay_ms: 1 }), one)
    t.match(await refused({ drop: 'after', detail: 'x' }), [{ loc: ['body', 'then', 'detail'], msg: 'goes with status only' }])
    t.match(await refused({ status: 200 }), [{ loc: ['body', 'then', 'status'], msg: /400/ }])
    t.match(await refused({ status: 500, headers: { 'bad name': 'x' } }), [{ loc: ['body', 'then', 'headers', 'bad name'] }])
    t.match(await refused({ status: 500, headers: { 'X-A': 'a\nb' } }), [{ loc: ['body', 'then', 'headers', 'X-A'] }])
    t.match(await refused({ status: 500, headers: { 'Content-Length': '1' } }), [{ msg: 'is a header that the server sets itself' }])
    t.match(await refused({ status: 500, headers: { ['__proto__']: 'x' } }), [{ msg: 'is not a header that can be sent' }])
  },

  'the journal tells what was asked and answered, with secrets masked': async (t, mock) => {
    await patch(mock, 'ses_pending', { externalRef: 'a' }, { 'idempotency-key': 'k', 'authorization': 'Bearer secret', 'cookie': 'secret' })
    await patch(mock, 'ses_none', {})
    await patch(mock, 'ses_pending', {}, { 'x-api-key': 'vk_pub_sandbox_1234567890' })
    await fetch(`${mock.url}/nowhere?q=1`)
    await fetch(`${mock.url}/_mock/nowhere`) // the control plane is not in it
    const [first, ...others] = await mock.requests()
    t.match(first, {
      id: 1, at: /^\d{4}-.*Z$/, method: 'PATCH', path: '/api/v1/sessions/ses_pending', session_id: 'ses_pending',
      api_key: 'vk_sandbox_…7be2', idempotency_key: 'k', replayed: false, fault: null, status: 200, duration_ms: Number,
      request: { headers: { 'x-api-key': 'vk_sandbox_…7be2', 'authorization': '…', 'cookie': '…' }, body: { externalRef: 'a' } },
      response: { headers: { 'verifa-version': '2026-01-01' }, body: { external_ref: 'a' } },
      change: { before: { external_ref: 'order-1001' }, after: { external_ref: 'a' } }
    })
    t.match(others, [
      { id: 2, session_id: 'ses_none', status: 404, response: { body: { error: 'not_found' } } },
      { id: 3, status: 403, api_key: 'vk_pub_sandbox_…7890' },
      { id: 4, method: 'GET', path: '/nowhere?q=1', session_id: null, api_key: null, status: 404, request: { body: null } }
    ])
    t.notOk(others.some(entry => 'change' in entry))
    const ids = async (filter: object) => (await mock.requests(filter)).map(({ id }) => id)
    t.same(await ids({ method: 'PATCH' }), [1, 2, 3])
    t.same(await ids({ session_id: 'ses_pending' }), [1, 3])
    t.same(await ids({ session_id: 'ses_pending', status: 200 }), [1])
    t.same(await ids({ idempotency_key: 'k' }), [1])
    t.same(await ids({ path: '/nowhere?q=1' }), [4])
    t.same(await ids({ limit: 2 }), [3, 4], 'the newest')
    t.same(await ids({ limit: 0 }), [])
    t.same(await ids({ session_id: undefined }), [1, 2, 3, 4])
    t.match(await rejection(mock.requests({ status: 7 })), { detail: [{ loc: ['query', 'status'] }] })
    t.match(await rejection(mock.requests({ colour: 'red' } as object)), { detail: [{ loc: ['query', 'colour'] }] })
    t.notMatch(JSON.stringify(await mock.state()), new RegExp(SANDBOX_KEY), 'nor does a saved state tell a key')
  },

  'expectations are verified, and what is otherwise is said': async (t, mock) => {
    const body = { metadata: { plan: 'gold', nested: { a: 1, b: [1, 2] } } }
    await patch(mock, 'ses_pending', body, { 'idempotency-key': 'k' })
    await patch(mock, 'ses_pending', { external_ref: 'x' })
    t.equal(await mock.verify({ match: { session_id: 'ses_pending' }, count: 2 }), 2)
    t.equal(await mock.verify({}), 2)
    t.equal(await mock.verify({ match: { body: { metadata: { nested: { b: [1, 2] } } } } }), 1, 'a part of the body is enough')
    t.equal(await mock.verify({ match: { session_id: 'ses_none' }, count: 0 }), 0)
    t.equal(await mock.verify({ at_least: 1, at_most: 2 }), 2)
    const unmet = async (expectation: object) => rejection(mock.verify(expectation))
    const many = await unmet({ at_most: 1 })
    t.ok(many instanceof UnmetExpectation)
    t.match(many, { matched: 2, closest: undefined, message: 'Expected at most 1 matching requests, but there were 2.' })
    t.match(await unmet({ match: { status: 200 }, count: 3 }), { message: 'Expected exactly 3 matching requests, but there were 2.' })
    const none = await unmet({ match: { method: 'PATCH', session_id: 'ses_pending', body: { metadata: { plan: 'silver' } } } })
    t.match(none, { matched: 0, closest: { request: { id: 2 }, mismatch: 'request 2 has the body {"external_ref":"x"}, not {"metadata":{"plan":"silver"}}.' } })
    t.match(await unmet({ match: { idempotency_key: 'other' } }), { closest: { mismatch: 'request 2 has the idempotency_key none, not "other".' } })
    t.match((await unmet({ count: 1, at_least: 1 })).detail, [{ loc: ['body', 'count'] }])
    t.match((await unmet({ at_least: 2, at_most: 1 })).detail, [{ loc: ['body', 'at_least'], msg: 'must not be more than at_most' }])
    await mock.clearRequests()
    t.match(await unmet({ match: { status: 200 } }), { matched: 0, closest: undefined, message: 'Expected at least 1 matching requests, but there were 0.' })
  },

  'a state is saved and put back, keys and clock and all': async (t, mock) => {
    await mock.clock.freeze('2027-01-01T00:00:00Z')
    const first = await patch(mock, 'ses_pending', { metadata: { n: 1 } }, { 'idempotency-key': 'k' })
    const state = await mock.state()
    await mock.reset()
    t.not((await mock.session('ses_pending')).metadata['n'], 1)
    await mock.restore(state)
    t.same(await mock.state(), state, 'out and in and out')
    const replay = await patch(mock, 'ses_pending', { metadata: { n: 1 } }, { 'idempotency-key': 'k' })
    t.same(replay === 'cut' ? replay : replay.body, first === 'cut' ? first : first.body)
    await mock.clock.advance(24 * HOUR)
    t.same(await mock.idempotencyKeys(), [], 'a key that was put back has its time')
    await mock.restore({ sessions: [{ id: 'ses_only' }] })
    t.same((await mock.sessions()).map(({ id }) => id), ['ses_only'])
    t.ok(Math.abs((await mock.clock.now()).getTime() - Date.now()) < 60_000, 'what a state leaves out is as at the start')

    const before = await mock.state()
    for (const bad of [
      { sessions: [{ id: 'a' }, { id: 'a' }] }, { sessions: 'x' }, {}, { ...state, clock: { now: 'noon' } },
      { ...state, idempotency_keys: [{ key: 'k' }] }, { ...state, more: 1 },
      { ...state, idempotency_keys: state.idempotency_keys?.map(key => ({ ...key, operation: 'update' })) },
      { ...state, idempotency_keys: state.idempotency_keys?.map(key => ({ ...key, result: { ...key.result, status: 204 } })) },
      { ...state, clock: { now: '9999-12-31T23:59:59Z', frozen: false } }, { sessions: [{ created_at: '0000-01-01T00:00:00+01:00' }] }
    ]) {
      t.equal((await rejection(mock.restore(bad as unknown as typeof state))).statusCode, 422)
    }
    t.match(await mock.state(), { sessions: before.sessions }, 'a bad one is refused whole')
  }
}

t.test('the same interface', async t => {
  const embedded = await startVerifaMock()
  t.teardown(() => embedded.close())
  for (const [name, mock] of [['embedded', embedded], ['over HTTP', connectVerifaMock(`${embedded.url}/`)]] as const) {
    t.test(name, async t => {
      t.beforeEach(async () => mock.reset())
      for (const [rule, check] of Object.entries(rules)) t.test(rule, async t => check(t, mock))
    })
  }
})

t.test('an embedded mock is closed by `await using`, a connected one goes on', async t => {
  let url = ''
  {
    await using mock = await startVerifaMock()
    url = mock.url
    t.equal((await mock.app.inject('/_mock/health')).statusCode, 200)
    await connectVerifaMock(url).close()
    t.equal(await status(mock), 200)
  }
  await t.rejects(fetch(url))
})

t.test('what is no mock is told with its URL', async t => {
  const other = createServer((_request, response) => response.end('<html>')).listen(0, '127.0.0.1')
  t.teardown(() => other.close())
  await once(other, 'listening')
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
  await t.rejects(connectVerifaMock(url).sessions(), { message: `${url} is no verifa-mock: it answers with something that is not JSON.` })
})

t.test('a mock that is not there is told by its URL', async t => {
  const mock = await startVerifaMock()
  await mock.close()
  await t.rejects(connectVerifaMock(mock.url).reset(), { message: new RegExp(`^No mock answers at ${mock.url}\\. Is it started\\? \\(.*ECONNREFUSED`) })
  const unset = process.env['VERIFA_NOWHERE'] as string
  t.throws(() => connectVerifaMock(unset), { message: 'connectVerifaMock takes a URL such as http://127.0.0.1:4010, and not undefined.' })
})

t.test('the control plane is in snake_case, whatever the API is in', async t => {
  await using mock = await startVerifaMock({ defaultKeyInflection: 'camel' })
  const response = await mock.app.inject({ url: '/_mock/sessions/ses_none', headers: { 'key-inflection': 'kebab' } })
  t.match(response.json(), { error: 'not_found', status_code: 404 })
})

t.test('two embedded mocks share nothing', async t => {
  await using one = await startVerifaMock()
  await using two = await startVerifaMock({ fixtures: t.testdir({ 'f.json': '[]' }) })
  await one.clock.freeze('2027-01-01T00:00:00Z')
  t.same(await two.sessions(), [])
  t.same(await two.requests(), [])
  t.not((await two.clock.now()).getFullYear(), 2027)
})

t.test('each API key a workspace of its own', async t => {
  await using mock = await startVerifaMock({ isolation: 'api-key', maxWorkspaces: 1001 })
  const keys = Array.from({ length: 1000 }, (_, index) => `vk_sandbox_worker_${index}`)
  await Promise.all(keys.map(async (key, index) => {
    const response = await mock.app.inject({
      method: 'PATCH', url: '/sessions/ses_pending', payload: { external_ref: String(index) }, headers: { 'x-api-key': key, 'idempotency-key': 'k' }
    })
    if (response.statusCode !== 200) t.fail(response.body)
  }))
  let alike = 0
  for (const [index, key] of keys.entries()) {
    const own = mock.withApiKey(key)
    if (index % 100 === 0) {
      await own.faults.add({ then: { status: 500 } })
      await own.clock.freeze('2027-01-01T00:00:00Z')
    }
    const [session, requests, idempotencyKeys] = await Promise.all([own.session('ses_pending'), own.requests(), own.idempotencyKeys()])
    if (session.external_ref === String(index) && requests.length === 1 && idempotencyKeys.length === (index % 100 === 0 ? 0 : 1)) alike++
  }
  t.equal(alike, 1000, 'each sees its own change, request, key, clock and nothing else')
  const other = mock.withApiKey(keys[1] as string)
  t.same(await other.faults.list(), [])
  t.not((await other.clock.now()).getFullYear(), 2027)
  t.equal((await mock.session('ses_pending')).external_ref, 'order-1001', 'without a key it is the shared one')
  t.same(await mock.requests(), [])
  await fetch(`${mock.url}/nowhere`)
  t.match(await mock.requests(), [{ status: 404 }], 'what has no key is in the shared journal')
  t.match(await rejection(mock.withApiKey('nonsense').sessions()), { statusCode: 401 })
  t.equal((await mock.withApiKey(LIVE_KEY).seed({})).is_sandbox, false)
  await mock.withApiKey(LIVE_KEY).close()
})

t.test('a mock that is closed waits for no delay', async t => {
  const mock = await startVerifaMock()
  await mock.faults.add({ then: { delay_ms: 600_000 } })
  const late = patch(mock, 'ses_pending', {})
  while ((await mock.faults.list()).length > 0) await new Promise(resolve => setImmediate(resolve))
  await mock.close()
  t.match(await late, { status: 200 })
})

t.test('a mock that cannot start leaves nothing running', async t => {
  await using mock = await startVerifaMock()
  await t.rejects(startVerifaMock({ port: Number(new URL(mock.url).port), watch: true }), { code: 'EADDRINUSE' })
})

t.test('workspaces are bounded: the one unused for the longest is dropped, and told', async t => {
  const lines: string[] = []
  const { buildApp } = await import('../src/index.js')
  const app = buildApp({ isolation: 'api-key', maxWorkspaces: 2, logLevel: 'warn' }, { write: line => lines.push(line) })
  t.teardown(() => app.close())
  const ref = async (key: string, payload: object) => (await app.inject({
    method: 'PATCH', url: '/sessions/ses_pending', payload, headers: { 'x-api-key': key }
  })).json<Session>().external_ref
  await ref('vk_sandbox_a', { external_ref: 'a' })
  await ref('vk_sandbox_b', { external_ref: 'b' })
  t.equal(await ref('vk_sandbox_a', {}), 'a')
  await ref('vk_sandbox_c', { external_ref: 'c' })
  t.equal(await ref('vk_sandbox_a', {}), 'a', 'it was used')
  t.match(lines, [/more than 2 API keys: the workspace unused for the longest is dropped\. Raise --max-workspaces/])
  t.equal(await ref('vk_sandbox_b', {}), 'order-1001', 'it begins anew')
  t.equal([...app.workspaces.all()].length, 3, 'two and the shared one')
  await app.inject({ url: '/nowhere', headers: { 'x-api-key': 'vk_sandbox_d' } })
  await app.inject({ url: '/nowhere', headers: { 'x-api-key': 'vk_sandbox_b' } })
  t.equal(lines.length, 2, 'a request that is refused brings none into being')
})
