import fc from 'fast-check'
import t from 'tap'
import { checkOf } from '../../src/contract/validation.js'
import { toEntry } from '../../src/domain/journal/entry.js'
import type { Exchange } from '../../src/domain/journal/journal.js'
import { queryExchanges, type RequestQuery } from '../../src/domain/journal/query.js'
import { RequestSummary, toSummary } from '../../src/domain/journal/summary.js'
import { session } from './examples.js'
import { exchange, idsOf, exchangesOf, KEY } from './exchanges.js'

const SECRET = 'whsec_0123456789'

const exchanges = exchangesOf([
  { requestBody: { external_ref: 'Müller', metadata: { plan: 'gold' } }, idempotencyKey: 'order-7', requestId: 'req-a' },
  { status: 422, responseBody: '{"detail":"Not good."}', reason: 'because', sessionId: undefined, requestId: 'req-b' },
  { method: 'GET', url: `/sessions/${KEY}?a=b`, sessionId: KEY, status: 404, responseBody: `{"detail":"${KEY}"}`, requestId: 'req-c' },
  { status: null, idempotencyKey: KEY, reason: KEY, responseBody: `{"detail":"${KEY}"}`, requestId: 'req-d' },
  { status: 201, url: '/webhooks/endpoints', sessionId: undefined, responseBody: `{"id":"webhook_1","secret":"${SECRET}"}`, requestId: 'req-e' },
  { status: 204, responseBody: '', requestId: 'req-f' },
  { status: 500, responseBody: '{"detail":"Broken."}', requestId: 'req-g' }
])

const queries: [query: RequestQuery, ids: number[], total?: number][] = [
  [{}, [1, 2, 3, 4, 5, 6, 7]],
  [{ status: 404 }, [3]],
  [{ status: '4xx' }, [2, 3]],
  [{ status: '2xx' }, [1, 5, 6]],
  [{ status: '1xx' }, []],
  [{ status: '4xx', method: 'GET' }, [3]],
  [{ q: 'MÜLLER' }, [1]],
  [{ q: '"plan":"gold"' }, [1]],
  [{ q: 'ORDER-' }, [1]],
  [{ q: 'REQ-b' }, [2]],
  [{ q: 'ses_a', status: '5xx' }, [7]],
  [{ q: 'endpoints' }, [5]],
  [{ q: 'not good' }, [2]],
  [{ q: 'because' }, [2]],
  [{ q: '?a=b' }, [3]],
  [{ q: '' }, [1, 2, 3, 4, 5, 6, 7]],
  [{ q: 'nowhere' }, []],
  [{ q: 'vk_live_…cd34' }, [3, 4]],
  [{ q: KEY }, []],
  [{ q: 'whsec_…' }, [5]],
  [{ q: SECRET }, []],
  [{ limit: 2 }, [6, 7], 7],
  [{ limit: 0 }, [], 7],
  [{ before: 3 }, [1, 2], 7],
  [{ before: 1 }, [], 7],
  [{ before: 6, limit: 2 }, [4, 5], 7],
  [{ before: 7, limit: 1, status: '2xx', q: 'req-' }, [6], 3]
]
for (const [query, ids, total = ids.length] of queries) {
  t.test(`${JSON.stringify(query)} lists ${ids.length === 0 ? 'none' : ids.join(', ')}`, async t => {
    const result = queryExchanges(exchanges, query)
    t.same([idsOf(result.exchanges), result.total], [ids, total])
  })
}

t.test('a summary is an entry without its headers, bodies, changes and deliveries, and fits its schema', async t => {
  const all = [...exchanges, exchange({ events: [{ type: 'session.created', session_id: 'ses_a', before: null, after: session() }], fault: 'delay=1' })]
  for (const exchange of all) {
    const { request, response, changes, deliveries, ...rest } = toEntry(exchange)
    t.same(toSummary(exchange), rest)
    t.same(checkOf(RequestSummary)(toSummary(exchange)), [])
  }
})

// Laws, of any journal.

const text = fc.constantFrom('', 'a', 'Ab', 'ses_1', 'ü', `x ${KEY}`, KEY, SECRET, '"', '\\')
const status = fc.constantFrom(null, 200, 201, 404, 422, 503)
const body = fc.oneof(fc.constant(''), fc.record({ secret: text, detail: text }).map(value => JSON.stringify(value)))
const anyExchange: fc.Arbitrary<Partial<Exchange>> = fc.record({
  url: text.map(part => `/${part}`),
  requestId: fc.constantFrom('req-1', 'REQ-2'),
  sessionId: fc.option(text, { nil: undefined }),
  idempotencyKey: fc.option(text, { nil: undefined }),
  reason: fc.option(text, { nil: undefined }),
  requestBody: fc.option(fc.record({ metadata: fc.constantFrom('Gold', 'ü', '') }), { nil: undefined }),
  responseBody: body,
  status
})
const anyExchanges = fc.array(anyExchange, { maxLength: 20 }).map(exchangesOf)
const anyQuery: fc.Arbitrary<RequestQuery> = fc.record({
  status: fc.constantFrom(200, 404, '2xx' as const, '4xx' as const, '5xx' as const),
  q: fc.constantFrom('', 'a', 'AB', 'gold', 'Ü', 'req-', '…', '"'),
  session_id: fc.constantFrom('ses_1', 'a')
}, { requiredKeys: [] })

t.test('pages before the oldest entry of the page after them have every entry that matches once, in order', async () => {
  fc.assert(fc.property(anyExchanges, anyQuery, fc.integer({ min: 1, max: 6 }), (exchanges, query, limit) => {
    const all = queryExchanges(exchanges, query)
    let walked: number[] = []
    let before: number | undefined
    for (;;) {
      const page = queryExchanges(exchanges, { ...query, limit, ...(before !== undefined && { before }) })
      if (page.total !== all.total) return false
      before = page.exchanges[0]?.id
      if (before === undefined) break
      walked = [...idsOf(page.exchanges), ...walked]
    }
    return walked.join() === idsOf(all.exchanges).join() && walked.length === all.total
  }))
})

t.test('a search finds what entries show, and nothing else', async () => {
  fc.assert(fc.property(anyExchanges, fc.oneof(text, fc.constantFrom('90ab', KEY.slice(3, 14), SECRET.slice(4), 'gold', 'ab')), (exchanges, q) => {
    const found = new Set(queryExchanges(exchanges, { q }).exchanges)
    return exchanges.every(exchange => {
      const { path, request_id, session_id, idempotency_key, reason, request, response } = toEntry(exchange)
      const shown = [path, request_id, session_id, idempotency_key, reason, ...[request.body, response.body].map(body => body === null ? '' : JSON.stringify(body))]
      return found.has(exchange) === shown.some(text => text?.toLowerCase().includes(q.toLowerCase()))
    })
  }))
})
