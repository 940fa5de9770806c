import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { sendRequest, usualHeaders } from '../../src/conformance/send-request.js'
import { SANDBOX_KEY } from '../helper.js'
import { type Fault, faultyTarget, type ProxiedRequest, run, startMock } from './suite.js'

t.test('a 429 is retried after Retry-After, at most a minute each time and five times', async t => {
  const mock = await startMock(t)
  const waits: number[] = []
  const wait = async (milliseconds: number) => {
    waits.push(milliseconds)
  }
  const limits: (string | undefined)[] = ['7', '3600', undefined, 'Mon, 23 Nov 2026 00:00:00 GMT', '-1']
  const limited = await faultyTarget(t, mock, async (_, forward) => {
    if (limits.length === 0) return forward()
    const retryAfter = limits.shift()
    return { status: 429, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter }, body: '' }
  })
  t.match(await run(mock, { baseUrl: limited, only: ['a success is a 200'] }, { wait }), { exitCode: 0, report: { counts: { DECIDED: { cases: 1, drift: 0 } } } })
  t.same(waits, [7000, 60_000, 1000, 1000, 1000])

  let requests = 0
  const busy = await faultyTarget(t, mock, async (_, forward) => {
    requests++
    return requests === 1 || requests > 7 ? forward() : { status: 429, headers: {}, body: '' }
  })
  const { exitCode, problem, report } = await run(mock, { baseUrl: busy, only: ['update-session/fields'] }, { wait })
  t.equal(exitCode, 2)
  t.match(problem, /^http:\S+ still responds with 429 after 5 retries\. .* 0 of 9 cases ran\.$/)
  t.match(report, { stopped: problem, exit_code: 2, cases: [], leftovers: [] })
})

t.test('an interruption ends the wait before a retry', async t => {
  const mock = await startMock(t)
  const busy = await faultyTarget(t, mock, async () => ({ status: 429, headers: { 'retry-after': '60' }, body: '' }))
  const stop = new AbortController()
  const outcome = await run(mock, { baseUrl: busy }, {
    signal: stop.signal,
    wait: async (_, signal) => {
      stop.abort()
      signal?.throwIfAborted()
    }
  })
  t.match(outcome, { exitCode: 2, problem: 'The run was interrupted.', text: 'undefined' })
})

t.test('one lost response is drift, and three in a row end the run', async t => {
  const mock = await startMock(t)
  const losing = (...lost: number[]): Fault => {
    let requests = 0
    return async (_, forward) => lost.includes(requests++) ? 'cut' : forward()
  }
  const one = await run(mock, { baseUrl: await faultyTarget(t, mock, losing(1)), only: ['update-session/fields: external_ref', 'one request'] })
  t.match(one.report.cases[0]?.drift, { step: 1, expected: 'a response', seen: 'none: socket hang up' })
  t.equal(one.report.cases[1]?.drift, null)
  t.equal(one.exitCode, 1)

  const three = await run(mock, { baseUrl: await faultyTarget(t, mock, losing(2, 3, 4)), only: ['update-session/fields'] })
  t.match(three, { exitCode: 2, problem: /^http:\S+ stopped responding: .+\. 1 of 9 cases ran\.$/, report: { leftovers: [] } })
})

t.test('of copies sent at the same time one lost response is drift, once the others are there', async t => {
  const mock = await startMock(t)
  let requests = 0
  let executed = 0
  const baseUrl = await faultyTarget(t, mock, async ({ headers }, forward) => {
    if (headers['idempotency-key'] === undefined) return forward()
    if (requests++ === 0) return 'cut'
    await new Promise(resolve => setImmediate(resolve))
    executed++
    return forward()
  })
  const { report, exitCode } = await run(mock, { baseUrl, only: ['requests at the same time'] }, {
    progress: () => t.equal(executed, 7, 'no copy is in flight any more')
  })
  t.match(report.cases, [{ drift: { expected: 'a response' } }])
  t.match(report, { stopped: null, leftovers: [] })
  t.equal(exitCode, 0)
})

t.test('a target that dies under copies sent at the same time ends the run', async t => {
  const mock = await startMock(t)
  let dead = false
  const baseUrl = await faultyTarget(t, mock, async (request, forward) => {
    dead ||= request.headers['idempotency-key'] !== undefined
    return dead ? 'cut' : forward()
  })
  const { exitCode, problem, report } = await run(mock, { baseUrl, only: ['requests at the same time', 'errors:'] })
  t.equal(exitCode, 2)
  t.match(problem, /^http:\S+ stopped responding: .+\. 1 of 9 cases ran\.$/)
  t.match(report.cases, [{ drift: { expected: 'a response' } }])
  t.match(report.leftovers, [/^The session could not be restored: /])
})

t.test('a response that takes too long is no response', async t => {
  const server = createServer(() => undefined)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const request = { method: 'GET', path: '/', headers: {}, body: undefined, chunked: false }
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await t.rejects(sendRequest(url, request, SANDBOX_KEY, 50), { message: 'no response within 50 ms' })
})

t.test('a host whose addresses all refuse is reported by its error code', async t => {
  // an aggregate error has no message of its own
  const request = { method: 'GET', path: '/', headers: {}, body: undefined, chunked: false }
  await t.rejects(sendRequest('http://localhost:1', request, SANDBOX_KEY, 10_000), { message: /ECONNREFUSED/ })
})

t.test('headers are sent as UTF-8, a list as one line each, and Content-Type only with a body', async t => {
  const mock = await startMock(t)
  const received: ProxiedRequest[] = []
  const url = await faultyTarget(t, mock, async request => {
    received.push(request)
    return { status: 200, headers: {}, body: `{"key":"${SANDBOX_KEY}"}` }
  })
  const headers = { ...usualHeaders(SANDBOX_KEY, false), 'Idempotency-Key': ['é', 'b'] }
  const response = await sendRequest(url, { method: 'GET', path: '/x', headers, body: undefined, chunked: false }, SANDBOX_KEY, 10_000)
  t.match(received, [{ method: 'GET', url: '/x', headers: { 'x-api-key': SANDBOX_KEY, 'idempotency-key': ['Ã©', 'b'] }, body: '' }])
  t.notOk('content-type' in (received[0]?.headers ?? {}))
  t.notMatch(response.text, SANDBOX_KEY, 'the key is masked in the response')
  t.same(Object.keys(usualHeaders(SANDBOX_KEY, true)), ['User-Agent', 'X-API-Key', 'Key-Inflection', 'Content-Type'])
})
