import t from 'tap'
import { type Exchange, Journal } from '../../src/control/journal.js'
import { verify } from '../../src/control/verification.js'
import { SANDBOX_KEY, startApp, update } from '../helper.js'

/** An exchange whose request has a body of so many bytes. */
const exchangeOf = (size: number): Exchange => ({
  at: 0, durationMs: 1, method: 'PATCH', url: '/x', sessionId: 'x', requestHeaders: { 'content-length': String(size) }, requestBody: {},
  status: 200, version: '2026-01-01', replayed: false, errorHeaders: undefined, responseBody: '{}', fault: undefined, change: undefined
})

function fill (journal: Journal, count: number, size = 0): Journal {
  for (let index = 0; index < count; index++) journal.add(exchangeOf(size))
  return journal
}

t.test('it is bounded by count: the oldest is dropped, and counted', async t => {
  const journal = fill(new Journal(3, 1e9), 5)
  t.same(journal.all().map(({ id }) => id), [3, 4, 5])
  t.equal(journal.dropped, 2)
  journal.clear()
  t.same(journal.all(), [])
  t.equal(journal.dropped, 0)
})

t.test('it is bounded by bytes', async t => {
  const journal = fill(new Journal(1000, 10_000), 10)
  t.ok(journal.all().length < 7)
  t.equal(journal.all().length + journal.dropped, 10)
  journal.add(exchangeOf(20_000))
  t.equal(journal.all().length + journal.dropped, 11, 'what is larger than all there may be is dropped itself')
  const other = fill(new Journal(10, 10_000), 1)
  other.add({ ...exchangeOf(0), requestHeaders: {}, requestBody: 'x'.repeat(20_000) })
  t.equal(other.dropped, 2, 'what came in chunks, and so without a length, is measured')
  const third = fill(new Journal(10, 10_000), 1)
  third.add({ ...exchangeOf(1e9), requestBody: undefined })
  t.equal(third.dropped, 0, 'what was not read takes no room, whatever it said of itself')
})

t.test('when requests were dropped, what could depend on them is not answered', async t => {
  const journal = fill(new Journal(2, 1e9), 5)
  const uncertain = /^It cannot be told: 3 requests were dropped from the journal, and the answer could depend on them\./
  t.same(verify(journal, { at_least: 2 }), { matched: 2 }, 'enough are enough')
  t.same(verify(journal, {}), { matched: 2 })
  t.match(verify(journal, { at_most: 1 }), { matched: 2 }, 'too many are too many')
  t.match(verify(journal, { count: 1 }), { matched: 2, detail: 'Expected exactly 1 matching requests, but there were 2.' })
  for (const expectation of [{ at_least: 3 }, { at_most: 2 }, { count: 2 }, { count: 3 }, { match: { path: '/y' } }, { match: { path: '/y' }, count: 0 }]) {
    const result = verify(journal, expectation)
    t.match(result, { error: 'conflict', detail: uncertain })
    t.notOk('matched' in result)
  }
})

t.test('the options bound it', async t => {
  const app = startApp(t, { maxJournalEntries: 1 })
  await update(app, 'ses_pending', {})
  await update(app, 'ses_pending', {})
  const { data, total, dropped } = (await app.inject('/_mock/requests')).json<{ data: unknown[], total: number, dropped: number }>()
  t.same([data.length, total, dropped], [1, 1, 1])
})

t.test('a request whose body cannot be read is there, without it', async t => {
  const app = startApp(t)
  await update(app, 'ses_pending', '{"bad')
  t.match((await app.inject('/_mock/requests')).json(), { data: [{ status: 400, request: { body: null } }] })
  t.equal((await app.inject({ method: 'DELETE', url: '/_mock/requests' })).statusCode, 204)
  t.match((await app.inject('/_mock/requests')).json(), { data: [], total: 0, dropped: 0 })
})

t.test('it shows the headers of an answer as they were sent', async t => {
  const app = startApp(t)
  const then = { status: 429, headers: { 'X-Extra': 'a', 'Retry-After': '7', 'Verifa-Version': 'b' } }
  const added = await app.inject({ method: 'POST', url: '/_mock/faults', payload: { match: { session_id: 'ses_faulty' }, then } })
  t.equal(added.statusCode, 201, added.body)
  const requests: [url: string, headers: Record<string, string>][] = [
    ['/sessions/ses_pending', {}],
    ['/sessions/ses_pending', { 'key-inflection': 'camel' }],
    ['/sessions/ses_pending', { 'idempotency-key': 'a' }],
    ['/sessions/ses_pending', { 'idempotency-key': 'a', 'key-inflection': 'kebab', 'verifa-version': '2026-09-01' }],
    ['/sessions/ses_pending', { 'verifa-version': '2020-01-01' }],
    ['/sessions/ses_pending', { 'x-api-key': '' }],
    ['/sessions/ses_pending', { 'x-mock-fault': 'status=429' }],
    ['/sessions/ses_pending', { 'content-type': 'text/plain' }],
    ['/sessions/ses_none', {}],
    ['/sessions/ses_faulty', {}],
    ['/sessions', {}]
  ]
  for (const [url, headers] of requests) {
    const response = await app.inject({
      method: 'PATCH', url, headers: { 'x-api-key': SANDBOX_KEY, 'content-type': 'application/json', ...headers }, payload: '{}'
    })
    const addedByNode = ['connection', 'content-length', 'date']
    const sent = Object.fromEntries(Object.entries(response.headers).filter(([name]) => !addedByNode.includes(name)))
    const { data } = (await app.inject('/_mock/requests')).json<{ data: { response: { headers: object } }[] }>()
    t.same(data.at(-1)?.response.headers, sent, `${url} ${JSON.stringify(headers)}`)
  }
})
