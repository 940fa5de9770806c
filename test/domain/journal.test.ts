import t from 'tap'
import { writerOf } from '../../src/contract/serialization.js'
import { checkOf } from '../../src/contract/validation.js'
import { JournalEntry, toEntry } from '../../src/domain/journal/entry.js'
import type { Exchange } from '../../src/domain/journal/journal.js'
import { type Expectation, findExchanges, Unmet, verify } from '../../src/domain/journal/verification.js'
import { checkNumbers } from '../../src/domain/verification/verify.js'
import { session } from './examples.js'
import { exchange, idsOf, journalOf, KEY, many } from './exchanges.js'

t.test('an entry is an exchange for people, and fits its schema', async t => {
  const before = session()
  const after = session({ external_ref: 'b' })
  const entry = toEntry(exchange({
    requestHeaders: { 'x-api-key': KEY, 'authorization': 'Bearer t', 'cookie': 'c', 'proxy-authorization': 'p', 'accept': '*/*', 'x-list': ['a'] as never },
    idempotencyKey: 'k',
    requestBody: { external_ref: 'b' },
    replayed: true,
    fault: 'drop=after',
    responseBody: '{"id":"ses_a"}',
    events: [{ type: 'session.updated', session_id: 'ses_a', before, after }],
    deliveries: ['whd_1', 'whd_2']
  }))
  t.same(entry, {
    id: 1,
    request_id: 'req-1',
    at: '2026-03-01T12:00:00.000Z',
    method: 'PATCH',
    path: '/sessions/ses_a',
    operation: 'updateSession',
    session_id: 'ses_a',
    api_key: 'vk_live_…cd34',
    idempotency_key: 'k',
    replayed: true,
    fault: 'drop=after',
    status: 200,
    reason: null,
    duration_ms: 1.235,
    request: {
      headers: { 'x-api-key': 'vk_live_…cd34', 'authorization': '…', 'cookie': '…', 'proxy-authorization': '…', 'accept': '*/*', 'x-list': ['a'] },
      body: { external_ref: 'b' }
    },
    response: {
      headers: { 'verifa-version': '2026-01-01', 'idempotent-replayed': 'true', 'content-type': 'application/json; charset=utf-8' },
      body: { id: 'ses_a' }
    },
    changes: [{ type: 'session.updated', session_id: 'ses_a', before, after }],
    deliveries: ['whd_1', 'whd_2']
  })
  t.same(checkOf(JournalEntry)(entry), [])
  t.same(JSON.parse(writerOf(JournalEntry, 'snake')(entry)), entry)
})

t.test('an exchange that was refused early has an entry too', async t => {
  const entry = toEntry(exchange({
    sessionId: undefined, operation: undefined, status: null, version: undefined, ownHeaders: { 'retry-after': '1' }, reason: 'because'
  }))
  t.match(entry, {
    session_id: null, operation: null, api_key: null, idempotency_key: null, fault: null, status: null, reason: 'because',
    request: { body: null }, changes: []
  })
  t.same(entry.response.headers, { 'retry-after': '1', 'content-type': 'application/json; charset=utf-8' })
  t.same(checkOf(JournalEntry)(entry), [])
})

t.test('an entry never contains an API key, wherever the request has it', async t => {
  const text = JSON.stringify(toEntry(exchange({
    url: `/sessions/${KEY}?key=vk%5Flive%5F90ab12cd34`,
    sessionId: KEY,
    requestHeaders: { 'x-api-key': KEY, 'referer': `/x?${KEY}`, 'idempotency-key': KEY },
    idempotencyKey: KEY,
    reason: `no session has the ID ${KEY}`
  })))
  t.notMatch(text, '90ab12cd34')
  t.equal(text.split('vk_live_…cd34').length - 1, 9)
})

const journal = journalOf([
  { requestBody: { external_ref: 'a', metadata: { plan: 'gold', tags: [1, 2] } }, idempotencyKey: 'k' },
  { status: 422, requestBody: { external_ref: 'b' } },
  { method: 'GET', url: '/sessions/ses_b?x=1', sessionId: 'ses_b', operation: undefined, status: 404 },
  { method: 'GET', url: `/sessions/${KEY}`, sessionId: KEY, operation: undefined, status: null }
])

const matches: [match: object, ids: number[]][] = [
  [{}, [1, 2, 3, 4]],
  [{ method: 'PATCH' }, [1, 2]],
  [{ path: '/sessions/ses_b?x=1' }, [3]],
  [{ path: '/sessions/ses_b' }, []],
  [{ path: '/sessions/vk_live_…cd34', session_id: 'vk_live_…cd34' }, [4]],
  [{ operation: 'updateSession', status: 200 }, [1]],
  [{ session_id: 'ses_b' }, [3]],
  [{ idempotency_key: 'k' }, [1]],
  [{ status: 404 }, [3]],
  [{ body: { external_ref: 'a' } }, [1]],
  [{ body: { metadata: { plan: 'gold' } } }, [1]],
  [{ body: {} }, [1, 2]],
  [{ body: { metadata: { tags: [1] } } }, []],
  [{ body: { metadata: { tags: [1, 2] } } }, [1]],
  [{ body: { external_ref: { a: 1 } } }, []],
  [{ body: { toString: {} } }, []],
  [{ body: null }, []],
  [{ method: 'PATCH', status: undefined }, [1, 2]]
]
for (const [match, ids] of matches) {
  t.test(`${JSON.stringify(match)} matches ${ids.length === 0 ? 'none' : ids.join(' and ')}`, async t => {
    t.same(idsOf(findExchanges(await journal.list(), match)), ids)
  })
}

const verdicts: [expectation: object, expected: string | number, detail?: string][] = [
  [{}, 4],
  [{ match: { method: 'PATCH' } }, 2],
  [{ match: { method: 'PATCH' }, count: 2 }, 2],
  [{ at_least: 1, at_most: 4 }, 4],
  [{ match: { method: 'PUT' }, count: 0 }, 0],
  [{ match: { method: 'PUT' }, at_most: 0 }, 0],
  [{ count: 1 }, 'exactly 1', 'Expected exactly 1 matching request, but there were 4.'],
  [{ count: 5 }, 'exactly 5', 'Expected exactly 5 matching requests, but there were 4.'],
  [{ at_least: 5 }, 'at least 5', 'Expected at least 5 matching requests, but there were 4.'],
  [{ at_most: 1 }, 'at most 1', 'Expected at most 1 matching request, but there were 4.'],
  [{ at_least: 2, at_most: 3 }, 'at most 3', 'Expected at most 3 matching requests, but there were 4.'],
  [{ match: { status: 404 }, at_least: 2 }, 'at least 2', 'Expected at least 2 matching requests with {"status":404}, but there was 1.'],
  [{ match: { method: 'PATCH', status: 500 } }, 'at least 1', 'Expected at least 1 matching request with {"method":"PATCH","status":500}, but there were none. ' +
  'Closest: request 2 has status 422, not 500; request 1 has status 200, not 500.'],
  [{ match: { session_id: 'ses_a', idempotency_key: 'x' } }, 'at least 1',
    'Expected at least 1 matching request with {"session_id":"ses_a","idempotency_key":"x"}, but there were none. ' +
    'Closest: request 2 has idempotency_key absent, not "x"; request 1 has idempotency_key "k", not "x".']
]
for (const [expectation, expected, detail] of verdicts) {
  t.test(`${JSON.stringify(expectation)} is ${typeof expected === 'number' ? 'met' : 'not met'}`, async t => {
    const result = await verify(journal, expectation)
    if (typeof expected === 'number') return t.same(result, { matched: expected })
    t.match(result, { error: 'conflict', status_code: 409, expected, detail })
    return t.same(checkOf(Unmet)(result), [])
  })
}

t.test('at most three nearest requests are named, the newest first', async t => {
  const { closest } = await verify(journalOf(many(5)), { match: { status: 500 } }) as Unmet
  t.same(closest.map(({ request: { id }, mismatch }) => [id, mismatch]), [5, 4, 3].map(id => [id, `request ${id} has status 200, not 500`]))
})

t.test('an empty journal is called empty', async t => {
  t.match(await verify(journalOf([]), { count: 1 }), { matched: 0, closest: [], detail: 'Expected exactly 1 matching request, but the journal is empty.' })
})

t.test('when requests were dropped, the result of what could depend on them is unknown', async t => {
  const dropping = journalOf(many(5), 2)
  for (const expectation of [{}, { at_least: 2 }]) t.same(await verify(dropping, expectation), { matched: 2 }, 'enough are enough')
  for (const expectation of [{ at_most: 1 }, { count: 1 }]) t.match(await verify(dropping, expectation), { matched: 2 }, 'too many are too many')
  for (const expectation of [{ at_least: 3 }, { at_most: 2 }, { count: 2 }, { count: 3 }, { match: { path: '/y' } }, { match: { path: '/y' }, count: 0 }]) {
    const result = await verify(dropping, expectation)
    t.match(result, { error: 'conflict', detail: /^The result is unknown: 3 requests were dropped from the journal\./ })
    t.notOk('matched' in result)
  }
})

t.test('an expectation has one kind of number', async t => {
  const problemsOf = (expectation: object) => checkNumbers(expectation as Expectation).map(({ loc, msg }) => `${loc.join('.')} ${msg}`)
  for (const expectation of [{}, { count: 1 }, { at_least: 1 }, { at_least: 2, at_most: 2 }]) t.same(problemsOf(expectation), [])
  for (const other of [{ at_least: 1 }, { at_most: 1 }]) {
    t.same(problemsOf({ count: 1, ...other }), ['body.count cannot be combined with at_least or at_most'])
  }
  t.same(problemsOf({ at_least: 2, at_most: 1 }), ['body.at_least must not be more than at_most'])
})

t.test('an API key that a response names is masked where it is an error, and a long value of a mismatch is cut', async t => {
  const journal = journalOf([{ status: 422, responseBody: '{"detail":"vk_live_0123456789"}', idempotencyKey: 'vk_live_0123456789' }])
  t.same(toEntry((await journal.list())[0] as Exchange).response.body, { detail: 'vk_live_…6789' })
  const unmet = await verify(journal, { match: { idempotency_key: 'x'.repeat(1_000) } }) as Unmet
  t.match(unmet.closest[0]?.mismatch, /has idempotency_key "vk_live_…6789", not "x{299}…$/)
})
