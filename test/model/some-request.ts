import fc from 'fast-check'
import type { Fixture } from '../../src/index.js'
import { often, usually } from './often.js'
import { type OperationName, type Request, routes } from './request.js'
import { bodyOf } from './some-body.js'

export const fixtures: Fixture[] = [
  { id: 'ses_a', status: 'pending', created_at: '2026-01-05T09:00:00.000Z', external_ref: 'order-1', metadata: { plan: 'free', snake_key: 1 } },
  {
    id: 'ses_b', status: 'completed', retention_status: 'sensitive_redacted', tags: ['vip'], checks: ['age'], case_status: 'open',
    result: { created_at: '2026-01-05T10:00:00.000Z', extracted_age: 41 }
  },
  { id: 'ses_redacted', status: 'completed', retention_status: 'redacted', metadata: { plan: 'gold' }, result: { status: 'rejected' } },
  {
    id: 'ses_live', is_sandbox: false, status: 'capturing', country: 'DE', consent_ip: '192.0.2.1', redirect_url: 'https://example.com/done', tokens: ['cap_old'],
    links: [
      { id: 'lnk_1', capture_url: 'http://localhost/verify/cap_1', status: 'consumed', expires_at: '2026-03-01T12:00:00.000Z', created_at: '2026-01-05T09:00:00.000Z' },
      { id: 'lnk_2', capture_url: 'http://localhost/verify/cap_2', status: 'active', expires_at: '2026-03-01T13:00:00.000Z', created_at: '2026-01-05T10:00:00.000Z' }
    ]
  },
  { id: 'ses_live_redacted', is_sandbox: false, status: 'failed', retention_status: 'redacted' }
]

// All values come from short lists, so that requests meet each other: the same session, the same key, the same parameters. `<1>` is the
// session that was created last, `<2>` the one before.
const callers = [
  ['ses_a', 'vk_sandbox_a'], ['ses_a', 'vk_sandbox_a'], ['<1>', 'vk_sandbox_a'], ['<1>', 'vk_sandbox_a'], ['<2>', 'vk_sandbox_a'],
  ['ses_a', 'vk_sandbox_longer_one'], ['ses_b', 'vk_sandbox_a'], ['ses_live', 'vk_live_a'], ['ses_live', 'vk_live_a'], ['<1>', 'vk_live_longer_one']
] as const
const oddCallers = [
  ['ses_redacted', 'vk_sandbox_a'], ['ses_live_redacted', 'vk_live_a'], ['ses_a', 'vk_live_a'], ['ses_live', 'vk_sandbox_a'],
  ['ses_none', 'vk_sandbox_a'], ['ü /%?', 'vk_sandbox_a'], ['ü /%?', 'vk_live_a'], ['ses_new', 'vk_live_a'],
  ['ses_a', undefined], ['ses_a', 'nonsense'], ['ses_a', 'vk_live_'], ['ses_a', 'vk_pub_sandbox_a']
] as const
export const session = fc.constantFrom('ses_a', 'ses_a', 'ses_live', 'ses_redacted', 'ses_none', 'ü /%?')
export const idempotencyKey = fc.constantFrom('k1', 'k1', 'k2', 'k3')

const page = ['limit=2', 'limit=1&offset=1', 'offset=100', 'limit=100&nowhere=1']
const oddPage = ['limit=0&offset=-1', 'limit=101', 'limit=1.5&offset=', 'limit=1&limit=2&offset=1e1', 'status=&limit=x']
const queries: Partial<Record<OperationName, fc.Arbitrary<string>>> = {
  listSessions: usually(
    fc.constantFrom('', 'status=pending', 'status=expired&limit=1', 'q=ORDER', 'q=ses_', 'q=%C3%BC&limit=3', 'external_ref=order-1', 'external_ref=', ...page),
    ...oddPage, 'status=x&q=a&q=b&external_ref=a&external_ref=a'
  ),
  listResults: usually(
    fc.constantFrom('', 'status=approved', 'status=needs_review&limit=1', 'created_after=2026-03-01T12:00:00Z', 'created_before=2026-03-01T13:00:00%2B01:00',
      'created_after=2026-03-01T12:00:00Z&created_before=2026-03-02T12:00:00Z', ...page),
    ...oddPage, 'status=completed&created_after=soon&created_before='
  )
}

function requestTo (operation: OperationName): fc.Arbitrary<Request> {
  const isWriting = routes[operation][0] !== 'GET'
  return fc.record({
    caller: often(fc.constantFrom(...callers), fc.constantFrom(...oddCallers), 7),
    prefix: fc.constantFrom('', '/api/v1'),
    query: (queries[operation] ?? fc.constant('')).map(query => query === '' ? '' : `?${query}`),
    headers: fc.record({
      'idempotency-key': isWriting
        ? usually(fc.option(idempotencyKey, { nil: undefined, freq: 3 }), '', 'x'.repeat(255), 'x'.repeat(256))
        : fc.constantFrom(undefined, undefined, 'k1', ''),
      'key-inflection': usually(fc.constantFrom(undefined, 'snake', 'camel', 'kebab'), 'Pascal'),
      'verifa-version': usually(fc.constantFrom(undefined, '2026-02-01'), '2025-12-31', 'soon'),
      'x-mock-fault': usually(fc.constant(undefined), 'status=429', 'status=503', 'drop=before', 'drop=after', 'delay=0', 'nonsense'),
      'content-type': isWriting ? usually(fc.constant('application/json'), 'text/plain', undefined) : fc.constant(undefined)
    }),
    payload: bodyOf(operation)
  }).map(({ caller: [session, apiKey], headers, ...rest }) => ({ operation, session, ...rest, headers: { 'x-api-key': apiKey, ...headers } }))
}

const weights: Partial<Record<OperationName, number>> = {
  updateSession: 8, createSession: 4, simulateSession: 4, resumeSession: 4, listSessions: 3, listResults: 3, getRateLimits: 1
}

/** Requests to all operations, most of them sound. */
export const request: fc.Arbitrary<Request> = fc.oneof(...(Object.keys(routes) as OperationName[])
  .map(operation => ({ weight: weights[operation] ?? 2, arbitrary: requestTo(operation) })))

/** What a retry takes from another request, or how it is written differently: the order of fields, or the name of the reference. */
export const change = fc.constantFrom(
  'nothing', 'nothing', 'nothing', 'order', 'order', 'name', 'prefix', 'key-inflection', 'session', 'payload', 'operation', 'x-api-key', 'idempotency-key'
)

/** A request again, with one thing changed. */
export function retryOf (request: Request, change: string, other: Request): Request {
  const { payload, headers } = request
  const isJson = payload?.endsWith('}') === true
  switch (change) {
    case 'nothing': return request
    case 'order': return { ...request, payload: isJson ? JSON.stringify(JSON.parse(payload, reverse)) : payload }
    case 'name': return { ...request, payload: payload?.replace('"external_ref"', '"externalRef"') }
    case 'session': case 'prefix': case 'payload': return { ...request, [change]: other[change] }
    case 'operation': return { ...request, operation: other.operation, query: other.query }
    default: return { ...request, headers: { ...headers, [change]: other.headers[change] } }
  }
}

/** For JSON.parse: every object with its fields in reverse order. */
function reverse (_key: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).reverse()) : value
}
