import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import {
  type ApiError, connectVerifaMock, type Expectation, type FaultRule, type Session, startVerifaMock, UnmetExpectation, type VerifaMock
} from '../src/index.js'
import { LIVE_KEY, SANDBOX_KEY, startLogged } from './helper.js'

const HOUR = 60 * 60 * 1000

/** An update over a connection; `cut` when the connection was cut. */
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
  const response = await patch(mock, id, {}, headers)
  return response === 'cut' ? response : response.status
}

/** What a promise rejects with. */
async function rejection (promise: Promise<unknown>): Promise<ApiError> {
  return promise.then(() => {
    throw new Error('did not reject')
  }, (error: unknown) => error as ApiError)
}

/** Sends an update that a fault delays, and returns when it waits. */
async function delayed (mock: VerifaMock, milliseconds: number, reference: string): Promise<AbortController> {
  const client = new AbortController()
  await mock.faults.add({ then: { delay_ms: milliseconds } })
  fetch(`${mock.url}/sessions/ses_pending`, {
    method: 'PATCH',
    headers: { 'x-api-key': SANDBOX_KEY, 'content-type': 'application/json', 'idempotency-key': 'delayed' },
    body: JSON.stringify({ external_ref: reference }),
    signal: client.signal
  }).catch(() => undefined)
  while ((await mock.faults.list()).length > 0) await new Promise(resolve => setImmediate(resolve))
  return client
}

// What holds for a mock in this process and for one behind a URL.
const rules: Record<string, (t: Test, mock: VerifaMock) => Promise<void>> = {
  'sessions are seeded, read, listed and removed': async (t, mock) => {
    const one = await mock.seed({ id: 'ses_1', status: 'capturing' })
    t.match(one, { id: 'ses_1', status: 'capturing', tags: [] })
    const many = await mock.seed([{ id: 'ses_2', is_sandbox: false }, {}])
    t.equal(many.length, 2)
    t.same(await mock.session('ses_2'), many[0])
    t.same((await mock.sessions()).filter(({ id }) => ['ses_1', 'ses_2'].includes(id)), [one, many[0]])
    t.same(await mock.sessions({ q: 'SES_1', status: 'capturing', limit: 1 }), [one])
    t.same(await mock.sessions({ environment: 'live', q: 'ses_2', offset: 0 }), [many[0]])
    t.equal((await mock.sessions({})).length, (await mock.sessions()).length, 'a filter without anything is none')
    t.match(await rejection(mock.seed([{ id: 'ses_3' }, { id: 'ses_1' }])), { statusCode: 409, message: 'Session ses_1 already exists.' })
    t.match(await rejection(mock.session('ses_3')), { statusCode: 404 })
    await mock.removeSession('ses_1')
    t.match(await rejection(mock.removeSession('ses_1')), { statusCode: 404 })
    t.match(await rejection(mock.seed({ status: 'x' as Session['status'] })), { code: 'validation_error', detail: [{ loc: ['body', 'status'] }] })
  },

  'outcomes are simulated, in both environments, with any result': async (t, mock) => {
    await mock.clock.freeze('2026-03-01T12:00:00Z')
    const resultOf = async (id: string) => (await mock.state()).sessions.find(session => session.id === id)?.result
    const approved = await mock.simulate('ses_live_pending', 'approve')
    t.match(approved, { id: 'ses_live_pending', status: 'completed', capture_url: null, updated_at: '2026-03-01T12:00:00.000Z' })
    t.same(await mock.session('ses_live_pending'), approved)
    t.match(await resultOf('ses_live_pending'), { status: 'approved', is_sandbox: false, face_match_score: 0.95 })
    await mock.simulate('ses_pending', 'decline', { result: { rejection_reason: 'Blurred.', extracted_data: { a_b: 1 }, created_at: '2026-01-01T00:00:00Z' } })
    t.match(await resultOf('ses_pending'), {
      status: 'rejected', rejection_reason: 'Blurred.', rejection_reason_code: 'document_unreadable', extracted_data: { a_b: 1 }, created_at: '2026-01-01T00:00:00.000Z'
    })
    t.match(await mock.simulate('ses_bare', 'require-review'), { status: 'under_review', case_id: /^case_/, case_status: 'open' })
    t.match(await mock.simulate('ses_bare', 'expire'), { status: 'expired' })
    t.equal(await resultOf('ses_bare'), undefined)
    t.match(await rejection(mock.simulate('ses_bare', 'approve')), { statusCode: 400, message: 'Session is expired and cannot be simulated.' })
    t.match(await rejection(mock.simulate('ses_none', 'approve')), { statusCode: 404 })
    t.same(await mock.requests(), [], 'these are no requests to the API')
  },

  'a session gets any status': async (t, mock) => {
    await mock.clock.freeze('2026-03-01T12:00:00Z')
    t.match(await mock.setStatus('ses_completed', 'awaiting_external'), { status: 'awaiting_external', updated_at: '2026-03-01T12:00:00.000Z' })
    const reopened = await mock.setStatus('ses_completed', 'pending')
    t.match(reopened, { status: 'pending', token_expires_at: '2026-03-01T12:20:00.000Z' })
    t.ok(reopened.capture_url?.startsWith(`${mock.url}/verify/cap_`), String(reopened.capture_url))
    t.same(await mock.session('ses_completed'), reopened)
    await mock.clock.advance('20m')
    t.match(await mock.session('ses_completed'), { status: 'expired', capture_url: null })
    await mock.setStatus('ses_completed', 'completed', { result: { status: 'rejected' } })
    t.match((await mock.state()).sessions.find(({ id }) => id === 'ses_completed')?.result, { status: 'rejected', face_match_score: 0.31 })
    t.match(await rejection(mock.setStatus('ses_redacted', 'completed')), { statusCode: 422, message: 'Session has been redacted and cannot be updated.' })
    t.match(await rejection(mock.setStatus('ses_pending', 'done' as Session['status'])), { detail: [{ loc: ['body', 'status'] }] })
    t.same(await mock.requests(), [])
  },

  'a session is read and replaced with everything that belongs to it': async (t, mock) => {
    await mock.clock.freeze('2026-03-01T12:00:00Z')
    const fixture = await mock.fixture('ses_completed')
    t.same(fixture, (await mock.state()).sessions.find(({ id }) => id === 'ses_completed'))
    t.match(fixture.result, { status: 'approved' })
    t.same(await mock.replace('ses_completed', fixture), await mock.session('ses_completed'))
    t.same(await mock.fixture('ses_completed'), fixture, 'its own fixture changes nothing')
    const session = await mock.replace('ses_completed', { external_ref: 'order-7', redirect_url: 'https://shop.example/done' })
    t.match(session, { id: 'ses_completed', status: 'pending', external_ref: 'order-7', token_expires_at: '2026-03-01T12:20:00.000Z', tags: [] })
    t.same(await mock.fixture('ses_completed'), { ...session, redirect_url: 'https://shop.example/done' }, 'the result is gone')
    await mock.clock.advance('20m')
    t.match(await mock.session('ses_completed'), { status: 'expired' })
    t.match(await rejection(mock.replace('ses_completed', { id: 'ses_other' })), { detail: [{ loc: ['body', 'id'] }] })
    t.match(await rejection(mock.replace('ses_none', {})), { statusCode: 404 })
    t.match(await rejection(mock.fixture('ses_none')), { statusCode: 404 })
    t.same(await mock.requests(), [])
  },

  'a session is redacted, in both environments': async (t, mock) => {
    await mock.clock.freeze('2026-03-01T12:00:00Z')
    for (const id of ['ses_completed', 'ses_live_pending']) {
      const { status } = await mock.session(id)
      const redacted = await mock.redact(id)
      t.match(redacted, {
        id, status: status === 'pending' ? 'expired' : status, retention_status: 'redacted', updated_at: '2026-03-01T12:00:00.000Z', metadata: {}, external_ref: null, capture_url: null
      })
      t.same(await mock.session(id), redacted)
      await mock.clock.advance('1m')
      t.same(await mock.redact(id), redacted, 'again it changes nothing')
      await mock.clock.set('2026-03-01T12:00:00Z')
    }
    t.match((await mock.state()).sessions.find(({ id }) => id === 'ses_completed')?.result, { extracted_data: {}, sensitive_data_expired: true })
    t.match(await rejection(mock.redact('ses_none')), { statusCode: 404, message: 'Session not found.' })
    t.same(await mock.requests(), [])
  },

  'reset returns to the fixtures and clears everything else': async (t, mock) => {
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

  'the rate limit is reached with one call': async (t, mock) => {
    t.equal(await status(mock), 200)
    await mock.rateLimits.set({ remaining: 0 })
    t.equal(await status(mock), 429)
    t.match((await rejection(mock.rateLimits.set({ remaining: -1 }))).detail, [{ loc: ['body', 'remaining'] }])
  },

  'the clock is set, moved, frozen and released, and every time follows it': async (t, mock) => {
    t.equal((await mock.clock.freeze('2027-05-01T12:00:00Z')).toISOString(), '2027-05-01T12:00:00.000Z')
    t.equal((await mock.clock.advance('23h59m59s')).toISOString(), '2027-05-02T11:59:59.000Z')
    t.equal((await mock.clock.advance(1000)).toISOString(), '2027-05-02T12:00:00.000Z')
    t.equal((await mock.clock.advance('-1d')).toISOString(), '2027-05-01T12:00:00.000Z')
    t.match(await patch(mock, 'ses_pending', {}, { 'idempotency-key': 'k' }), { body: { updated_at: '2027-05-01T12:00:00.000Z' } })
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

  'a clock that was set runs on from there': async (t, mock) => {
    const put = await mock.clock.set('2027-01-01T00:00:00Z')
    t.ok((await mock.clock.now()).getTime() >= put.getTime())
    await mock.clock.freeze()
    const stands = await mock.clock.now()
    t.same(await mock.clock.now(), stands)
  },

  'a response that is lost is replayed, and the update is made once': async (t, mock) => {
    await mock.faults.add({ match: { session_id: 'ses_pending' }, then: { drop: 'after' } })
    const send = async () => patch(mock, 'ses_pending', { metadata: { n: 1 } }, { 'idempotency-key': 'k' })
    t.equal(await send(), 'cut')
    t.equal(((await mock.session('ses_pending')).metadata)['n'], 1, 'it was done')
    const retry = await send()
    t.match(retry, { status: 200, body: { metadata: { n: 1 } } })
    t.equal(retry === 'cut' ? '' : retry.headers.get('idempotent-replayed'), 'true')
    const requests = await mock.requests({ idempotency_key: 'k' })
    t.match(requests, [{ fault: 'drop=after', status: 200, replayed: false }, { fault: null, status: 200, replayed: true }])
    t.equal(requests.filter(({ changes }) => changes.length > 0).length, 1)
    t.match(await mock.idempotencyKeys(), [{ key: 'k', session_id: 'ses_pending', replays: 1 }])
    t.same(await mock.idempotencyKeys({ q: 'PENDING', limit: 1 }), await mock.idempotencyKeys())
    t.same(await mock.idempotencyKeys({ q: 'other' }), [])
  },

  'a connection that is cut before anything is done leaves the key free': async (t, mock) => {
    await mock.faults.add({ then: { drop: 'before' } })
    t.equal(await status(mock, { 'idempotency-key': 'k' }), 'cut')
    t.same(await mock.idempotencyKeys(), [])
    t.match(await mock.requests(), [{ fault: 'drop=before', status: null, changes: [] }])
    t.equal(await status(mock, { 'idempotency-key': 'k' }), 200)
  },

  'injected errors have the documented code for their status, and use no key': async (t, mock) => {
    const inject = async (then: object) => {
      await mock.faults.add({ then } as FaultRule)
      const response = await patch(mock, 'ses_pending', {}, { 'idempotency-key': 'k', 'key-inflection': 'camel' })
      return response === 'cut' ? undefined : response
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

  'faults match, skip, count, take effect in order, and are removed': async (t, mock) => {
    const fault = await mock.faults.add({ match: { session_id: 'ses_bare', method: 'PATCH', operation: 'updateSession' }, then: { status: 500 }, times: 2, skip: 1 })
    t.match(fault, { id: /^fault_\d+$/, times: 2, skip: 1, remaining: 2 })
    t.equal(await status(mock), 200, 'another session')
    const three = [await status(mock, {}, 'ses_bare'), await status(mock, {}, 'ses_bare'), await status(mock, {}, 'ses_bare')]
    t.same(three, [200, 500, 500])
    t.same(await mock.faults.list(), [], 'used up')
    t.match(await rejection(mock.faults.clear(fault.id)), { statusCode: 404, message: `No fault ${fault.id}. It may be used up.` })

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

  'faults take effect on the API, and not on the control plane': async (t, mock) => {
    await mock.faults.add({ then: { status: 500 }, times: null })
    t.equal(await status(mock), 500)
    t.ok((await mock.sessions()).length > 0)
  },

  'X-Mock-Fault is a fault for one request': async (t, mock) => {
    t.same([
      await status(mock, { 'x-mock-fault': 'status=502' }), await status(mock, { 'x-mock-fault': 'delay=1' }),
      await status(mock, { 'x-mock-fault': 'drop=after' }), await status(mock, { 'x-mock-fault': 'drop=before' }), await status(mock)
    ], [502, 200, 'cut', 'cut', 200])
    for (const wrong of ['status=200', 'status=abc', 'delay=x', 'delay=999999', 'drop=maybe', 'fire', '']) {
      t.match(await patch(mock, 'ses_pending', {}, { 'x-mock-fault': wrong }), { status: 422, body: { detail: [{ loc: ['header', 'X-Mock-Fault'], msg: 'must look like status=500, delay=200, drop=before or drop=after' }] } }, wrong)
    }
    t.match(await mock.requests({ limit: 8 }), [{ fault: null }], 'the last one had no fault')
  },

  'a delayed request is executed, also when its client does not wait': async (t, mock) => {
    for (const size of [0, 100_000]) {
      await mock.reset()
      const client = await delayed(mock, 60, 'y'.repeat(size))
      client.abort()
      while ((await mock.requests()).length === 0) await new Promise(resolve => setImmediate(resolve))
      t.match(await mock.requests(), [{ status: 200, fault: 'delay=60', changes: [{ type: 'session.updated' }] }])
      t.match(await mock.idempotencyKeys(), [{ key: 'delayed' }])
    }
  },

  'faults that make no sense are refused': async (t, mock) => {
    const refused = async (then: object) => (await rejection(mock.faults.add({ then } as FaultRule))).detail
    const one = [{ loc: ['body', 'then'], msg: 'must have exactly one of status, delay_ms, drop and webhook' }]
    t.match(await refused({}), one)
    t.match(await refused({ status: 500, delay_ms: 1 }), one)
    t.match(await refused({ status: 200 }), [{ loc: ['body', 'then', 'status'], msg: /400/ }])
    const match = { operation: 'updateSesion' }
    t.match((await rejection(mock.faults.add({ match, then: { status: 500 } }))).detail,
      [{ loc: ['body', 'match', 'operation'], msg: /^must be one of: (\w+, )*updateSession(, \w+)*$/ }])
  },

  'the journal is filtered, and what matches is removed': async (t, mock) => {
    await patch(mock, 'ses_pending', {}, { 'idempotency-key': 'k' })
    await patch(mock, 'ses_none', {})
    await patch(mock, 'ses_pending', {}, { 'x-api-key': 'vk_pub_sandbox_1234567890' })
    await fetch(`${mock.url}/nowhere?q=1`)
    const ids = async (filter?: object) => (await mock.requests(filter)).map(({ id }) => id)
    t.same(await ids(), [1, 2, 3, 4])
    t.same(await ids({ method: 'PATCH', operation: 'updateSession' }), [1, 2, 3])
    t.same(await ids({ session_id: 'ses_pending' }), [1, 3])
    t.same(await ids({ session_id: 'ses_pending', status: 200 }), [1])
    t.same(await ids({ idempotency_key: 'k' }), [1])
    t.same(await ids({ path: '/nowhere?q=1' }), [4])
    t.same(await ids({ limit: 2 }), [3, 4], 'the newest')
    t.same(await ids({ status: '4xx' }), [2, 3, 4])
    t.same(await ids({ q: 'SES_NONE' }), [2])
    t.same(await ids({ before: 4, limit: 2 }), [2, 3])
    t.same(await mock.request(3), (await mock.requests())[2])
    t.match(await rejection(mock.request(9)), { statusCode: 404, message: 'No request 9 in the journal.' })
    t.same(await ids({ session_id: undefined }), [1, 2, 3, 4])
    t.match(await rejection(mock.requests({ status: 7 })), { detail: [{ loc: ['query', 'status'] }] })
    t.match(await rejection(mock.requests({ colour: 'red' } as object)), { detail: [{ loc: ['query', 'colour'] }] })
    await mock.clearRequests({ session_id: 'ses_pending' })
    t.same(await ids(), [2, 4])
    await mock.clearRequests({ status: '2xx' })
    t.same(await ids(), [2, 4])
    await mock.clearRequests({ status: '4xx', session_id: 'ses_none' })
    t.same(await ids(), [4])
    await mock.clearRequests()
    await patch(mock, 'ses_pending', {})
    t.same(await ids(), [1], 'an empty journal counts from 1 again')
  },

  'a request of the journal is sent again': async (t, mock) => {
    await patch(mock, 'ses_pending', { metadata: { n: 1 } }, { 'idempotency-key': 'k' })
    const again = await mock.resend(1)
    t.match(again, { id: 2, replayed: true, api_key: 'vk_sandbox_…7be2', request: { body: { metadata: { n: 1 } } } })
    t.same(again, await mock.request(2))
    t.match(await mock.resend(1, { idempotencyKey: null, body: { external_ref: 'x' } }), { id: 3, status: 200, idempotency_key: null, replayed: false })
    t.match(await mock.resend(1, { idempotencyKey: 'other' }), { id: 4, status: 200, idempotency_key: 'other', replayed: false })
    t.equal((await mock.session('ses_pending')).external_ref, 'x')
    t.match(await rejection(mock.resend(9)), { statusCode: 404 })
    await patch(mock, 'ses_pending', {}, { 'x-mock-fault': 'status=503' })
    t.match(await rejection(mock.resend(5)), { code: 'conflict', statusCode: 409 })
    await status(mock, { 'x-mock-fault': 'drop=after' })
    t.match(await mock.resend(6), { id: 7, fault: 'drop=after' })
  },

  'an expectation that is met resolves with the number of requests': async (t, mock) => {
    await patch(mock, 'ses_pending', { metadata: { plan: 'gold', nested: { a: 1, b: [1, 2] } } })
    await patch(mock, 'ses_pending', { external_ref: 'x' })
    t.equal(await mock.verify({ match: { session_id: 'ses_pending' }, count: 2 }), 2)
    t.equal(await mock.verify({}), 2)
    t.equal(await mock.verify({ match: { body: { metadata: { nested: { b: [1, 2] } } } } }), 1, 'a part of the body is enough')
    t.equal(await mock.verify({ match: { session_id: 'ses_none' }, count: 0 }), 0)
    t.equal(await mock.verify({ at_least: 1, at_most: 2 }), 2)
  },

  'an expectation that is not met rejects with what is different': async (t, mock) => {
    const unmet = async (expectation: Expectation) => {
      const error = await rejection(mock.verify(expectation))
      if (error instanceof UnmetExpectation) return error
      throw error
    }
    t.match(await unmet({ match: { status: 200 } }), { matched: 0, closest: [], message: /but the journal is empty\.$/ })
    for (const external_ref of ['a', 'b', 'c', 'd']) await patch(mock, 'ses_pending', { external_ref })
    const many = await unmet({ match: { status: 200 }, count: 1 })
    t.match(many, {
      name: 'UnmetExpectation',
      expected: 'exactly 1',
      actual: '4',
      matched: 4,
      closest: [],
      message: 'Expected exactly 1 matching request with {"status":200}, but there were 4.'
    })
    const none = await unmet({ match: { session_id: 'ses_pending', body: { external_ref: 'e' } }, count: 2 })
    t.match(none, {
      actual: '0',
      closest: [
        { request: { id: 4 }, mismatch: 'request 4 has body {"external_ref":"d"}, not {"external_ref":"e"}' },
        { request: { id: 3 } },
        { request: { id: 2 } }
      ],
      message: /^Expected exactly 2 matching requests with .*, but there were none\. Closest: request 4 has body [^]*; request 3 /
    })
    t.equal(none.closest.length, 3)
  },

  'the stack of an expectation that is not met begins in the test': async (t, mock) => {
    const { stack = '' } = await rejection(mock.verify({ count: 1 }))
    const [first, second] = stack.split('\n')
    t.equal(first, 'UnmetExpectation: Expected exactly 1 matching request, but the journal is empty.')
    t.match(second, /mock\.test\.ts/)
  },

  'an expectation that makes no sense is refused': async (t, mock) => {
    t.match((await rejection(mock.verify({ count: 1, at_least: 1 } as object))).detail, [{ loc: ['body', 'count'] }])
    t.match((await rejection(mock.verify({ at_least: 2, at_most: 1 }))).detail, [{ loc: ['body', 'at_least'], msg: 'must not be more than at_most' }])
  },

  'a request that is delayed during a reset or a restore changes nothing in the new world': async (t, mock) => {
    const state = await mock.state()
    for (const [name, replace] of Object.entries({ reset: async () => mock.reset(), restore: async () => mock.restore(state) })) {
      const before = await mock.session('ses_pending')
      const client = await delayed(mock, 60, 'late')
      await replace()
      client.abort()
      // when a later request with the same delay has its response, the first one was executed too
      await patch(mock, 'ses_bare', {}, { 'x-mock-fault': 'delay=60' })
      t.same(await mock.session('ses_pending'), before, name)
      t.same((await mock.idempotencyKeys()).map(({ key }) => key), [])
      t.same(await mock.requests({ session_id: 'ses_pending' }), [], 'it is not in the journal of the new world')
    }
  },

  'a state is saved and restored, with its keys and its clock': async (t, mock) => {
    await mock.clock.freeze('2027-01-01T00:00:00Z')
    const first = await patch(mock, 'ses_pending', { metadata: { n: 1 } }, { 'idempotency-key': 'k' })
    const state = await mock.state()
    await mock.reset()
    t.not((await mock.session('ses_pending')).metadata['n'], 1)
    await mock.restore(state)
    t.same(await mock.state(), state)
    const replay = await patch(mock, 'ses_pending', { metadata: { n: 1 } }, { 'idempotency-key': 'k' })
    t.same(replay === 'cut' ? replay : replay.body, first === 'cut' ? first : first.body)
    await mock.clock.advance(24 * HOUR)
    t.same(await mock.idempotencyKeys(), [], 'a key that was restored expires too')
    await mock.restore({ sessions: [{ id: 'ses_only' }] })
    t.same((await mock.sessions()).map(({ id }) => id), ['ses_only'])
    t.ok(Math.abs((await mock.clock.now()).getTime() - Date.now()) < 60_000, 'what a state leaves out is as at the start')

    const before = await mock.state()
    for (const bad of [
      { sessions: [{ id: 'a' }, { id: 'a' }] }, { sessions: 'x' }, {}, { ...state, clock: { now: 'noon' } },
      { ...state, idempotency_keys: [{ key: 'k' }] }, { ...state, more: 1 },
      { ...state, idempotency_keys: state.idempotency_keys?.map(key => ({ ...key, operation: 'update' })) },
      { ...state, idempotency_keys: state.idempotency_keys?.map(key => ({ ...key, result: { ...key.result, status: 404 } })) },
      { ...state, clock: { now: '9999-12-31T23:59:59Z', frozen: false } }, { sessions: [{ created_at: '0000-01-01T00:00:00+01:00' }] }
    ]) {
      t.equal((await rejection(mock.restore(bad as unknown as typeof state))).statusCode, 422)
    }
    t.match(await mock.state(), { sessions: before.sessions }, 'a wrong state changes nothing')
  }
}

t.test('the interface', async t => {
  const embedded = await startVerifaMock()
  t.teardown(() => embedded.close())
  for (const [name, mock] of [['embedded', embedded], ['over HTTP', connectVerifaMock(`${embedded.url}/`)]] as const) {
    t.test(name, async t => {
      t.beforeEach(async () => mock.reset())
      for (const [rule, check] of Object.entries(rules)) t.test(rule, async t => check(t, mock))
    })
  }
})

t.test('`await using` closes an embedded mock, and leaves a connected one open', async t => {
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

t.test('a URL that does not lead to a mock is named in the error', async t => {
  const other = createServer((_request, response) => response.end('<html>')).listen(0, '127.0.0.1')
  t.teardown(() => other.close())
  await once(other, 'listening')
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
  await t.rejects(connectVerifaMock(url).sessions(), { message: `${url} is not a verifa-mock: its response is not JSON.` })
})

t.test('a closed mock says so', async t => {
  const mock = await startVerifaMock()
  await mock.close()
  await t.rejects(mock.sessions(), { message: `The mock at ${mock.url} is closed.` })
  await t.rejects(connectVerifaMock(mock.url).reset(), { message: new RegExp(`^No mock responds at ${mock.url}\\. Is it started\\? \\(.*ECONNREFUSED`) })
  await mock.close()
})

t.test('connectVerifaMock takes the URL of a mock, also with /api/v1, and nothing else', async t => {
  await using mock = await startVerifaMock()
  for (const url of [`${mock.url}/`, `${mock.url}/api/v1`, `${mock.url}/api/v1/`]) t.equal(connectVerifaMock(url).url, mock.url)
  t.ok((await connectVerifaMock(`${mock.url}/api/v1`).sessions()).length > 0)
  for (const wrong of ['localhost:3', '127.0.0.1:4010', '', 'ftp://localhost', process.env['VERIFA_NOWHERE'] as string]) {
    t.throws(() => connectVerifaMock(wrong), { name: 'TypeError', message: `connectVerifaMock needs a URL such as http://127.0.0.1:4010. It got "${wrong}".` })
  }
})

t.test('the control plane has snake_case, whatever casing the API has', async t => {
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

t.test('with isolation each API key has a workspace', async t => {
  await using mock = await startVerifaMock({ isolation: 'api-key', maxWorkspaces: 201 })
  const keys = Array.from({ length: 200 }, (_, index) => `vk_sandbox_worker_${index}`)
  await Promise.all(keys.map(async (key, index) => {
    const response = await mock.app.inject({
      method: 'PATCH', url: '/sessions/ses_pending', payload: { external_ref: String(index) }, headers: { 'x-api-key': key, 'idempotency-key': 'k' }
    })
    if (response.statusCode !== 200) t.fail(response.body)
  }))
  let alike = 0
  for (const [index, key] of keys.entries()) {
    const own = mock.withApiKey(key)
    if (index % 50 === 0) {
      await own.faults.add({ then: { status: 500 } })
      await own.clock.freeze('2027-01-01T00:00:00Z')
    }
    const [session, requests, idempotencyKeys] = await Promise.all([own.session('ses_pending'), own.requests(), own.idempotencyKeys()])
    if (session.external_ref === String(index) && requests.length === 1 && idempotencyKeys.length === (index % 50 === 0 ? 0 : 1)) alike++
  }
  t.equal(alike, 200, 'each has its own change, request, key and clock, and nothing else')
  const other = mock.withApiKey(keys[1] as string)
  t.same(await other.faults.list(), [])
  t.not((await other.clock.now()).getFullYear(), 2027)
  t.equal((await mock.session('ses_pending')).external_ref, 'order-1001', 'calls without a key see the shared workspace')
  t.same(await mock.requests(), [])
  await fetch(`${mock.url}/nowhere`)
  t.match(await mock.requests(), [{ status: 404 }], 'a request without a key is in the shared journal')
  t.match(await rejection(mock.withApiKey('nonsense').sessions()), { statusCode: 401 })
  t.equal((await mock.withApiKey(LIVE_KEY).seed({})).is_sandbox, false)
  await mock.withApiKey(LIVE_KEY).close()
})

t.test('an expectation whose result is unknown, since requests were dropped, rejects', async t => {
  await using mock = await startVerifaMock({ maxJournalEntries: 1 })
  for (let times = 0; times < 2; times++) await patch(mock, 'ses_pending', {})
  t.match(await rejection(mock.verify({ count: 2 })), {
    name: 'UnmetExpectation', message: /^The result is unknown/, expected: 'exactly 2', actual: 'unknown', matched: undefined, closest: []
  })
})

t.test('a mock that closes does not wait for a delay', async t => {
  const mock = await startVerifaMock()
  await mock.faults.add({ then: { delay_ms: 600_000 } })
  const response = patch(mock, 'ses_pending', {})
  while ((await mock.faults.list()).length > 0) await new Promise(resolve => setImmediate(resolve))
  await mock.close()
  t.match(await response, { status: 200 })
})

t.test('with watch, fixtures are read again when their file has changed', async t => {
  const folder = t.testdir({ 'fixtures.json': '[{"id":"ses_old"}]' })
  await using mock = await startVerifaMock({ fixtures: folder, watch: true })
  await mock.seed({ id: 'ses_seeded' })
  writeFileSync(`${folder}/fixtures.json`, '[{"id":"ses_new"}]')
  while ((await mock.sessions()).some(({ id }) => id === 'ses_old')) await new Promise(resolve => setImmediate(resolve))
  t.same((await mock.sessions()).map(({ id }) => id).sort(), ['ses_new', 'ses_seeded'])
  await mock.reset()
  t.same((await mock.sessions()).map(({ id }) => id), ['ses_new'])
})

t.test('whether an expectation is met is unknown when requests were dropped', async t => {
  await using mock = await startVerifaMock({ maxJournalEntries: 1 })
  for (let times = 0; times < 2; times++) await patch(mock, 'ses_pending', {})
  t.match(await rejection(mock.verify({ count: 2 })), { expected: 'exactly 2', actual: 'unknown', matched: undefined, closest: [] })
})

t.test('a mock that cannot start leaves nothing running', async t => {
  await using mock = await startVerifaMock()
  await t.rejects(startVerifaMock({ port: Number(new URL(mock.url).port), watch: true }), { code: 'EADDRINUSE' })
})

t.test('workspaces are bounded: the least recently used is evicted, which is logged', async t => {
  const { app, lines } = startLogged(t, { isolation: 'api-key', maxWorkspaces: 2, logLevel: 'warn' })
  const ref = async (key: string, payload: object) => (await app.inject({
    method: 'PATCH', url: '/sessions/ses_pending', payload, headers: { 'x-api-key': key }
  })).json<Session>().external_ref
  await ref('vk_sandbox_a', { external_ref: 'a' })
  await ref('vk_sandbox_b', { external_ref: 'b' })
  t.equal(await ref('vk_sandbox_a', {}), 'a')
  await ref('vk_sandbox_c', { external_ref: 'c' })
  t.equal(await ref('vk_sandbox_a', {}), 'a', 'it was used')
  t.match(lines, [/More than 2 API keys: the least recently used workspace was evicted\. Raise --max-workspaces/])
  t.equal(await ref('vk_sandbox_b', {}), 'order-1001', 'it begins with the fixtures')
  t.equal([...app.workspaces.all()].length, 3, 'two and the shared one')
  await app.inject({ url: '/nowhere', headers: { 'x-api-key': 'vk_sandbox_d' } })
  await app.inject({ url: '/nowhere', headers: { 'x-api-key': 'vk_sandbox_b' } })
  t.equal(lines.length, 2, 'a request that is refused makes none')
})
