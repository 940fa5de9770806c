import { Type } from '@sinclair/typebox'
import { schemaOf } from '../../contract/schema.js'
import { responseTextOf } from './entry.js'
import type { Exchange } from './journal.js'
import { toSummary } from './summary.js'
import { findExchanges, RequestFilter } from './verification.js'

/** A class of statuses: `4xx` is every status from 400 to 499. */
export type StatusClass = '1xx' | '2xx' | '3xx' | '4xx' | '5xx'

/** Which requests of the journal are removed. Every field that is given must match. */
export interface RemovedRequests extends Omit<RequestFilter, 'status'> {
  /** The status of the response, or its class: `4xx`. */
  status?: number | StatusClass
}

/** Which requests of the journal are listed. Every field that is given must match. */
export interface RequestQuery extends RemovedRequests {
  /**
   * A part of the path, of an ID, of the idempotency key, of the reason, or of a body as JSON, whatever its case. What is masked is not
   * found.
   */
  q?: string
  /** Only entries with a smaller ID. */
  before?: number
  /** How many at most: the newest. */
  limit?: number
}

export const RemovedRequests = schemaOf<RemovedRequests>()(Type.Object({
  ...RequestFilter.properties,
  // in a query a status is text, as its class is
  status: Type.Optional(Type.Unsafe<number | StatusClass>({
    'type': 'string', 'pattern': '^[1-5](\\d\\d|xx)$', 'description': 'The status of the response, or its class', 'x-takes': 'a status such as 404, or 4xx'
  }))
}, { additionalProperties: false }))

export const RequestQuery = schemaOf<RequestQuery>()(Type.Object({
  ...RemovedRequests.properties,
  q: Type.Optional(Type.String({
    description: 'A part of the path, of an ID, of the Idempotency-Key, of the reason, or of a body as JSON, whatever its case. What is masked is not found.'
  })),
  before: Type.Optional(Type.Integer({ minimum: 0, description: 'Only entries with a smaller ID' })),
  limit: Type.Optional(Type.Integer({ minimum: 0, description: 'How many at most: the newest' }))
}, { additionalProperties: false }))

/**
 * The exchanges that a query means, the oldest first.
 * @returns `total` says how many there are without `before` and `limit`
 */
export function queryExchanges (
  exchanges: readonly Exchange[], { status, q, before = Infinity, limit = Infinity, ...match }: RequestQuery
): { exchanges: Exchange[], total: number } {
  const found = findExchanges(exchanges, match)
    .filter(exchange => (status === undefined || hasStatus(exchange, status)) && (q === undefined || shows(exchange, q.toLowerCase())))
  const earlier = found.filter(({ id }) => id < before)
  return { exchanges: earlier.slice(Math.max(0, earlier.length - limit)), total: found.length }
}

function hasStatus ({ status }: Exchange, wanted: number | StatusClass): boolean {
  return String(status).startsWith(String(wanted).replace('xx', ''))
}

/** Whether the entry of an exchange has a text in lower case. Bodies come last, because to write and search them takes most of the time. */
function shows (exchange: Exchange, text: string): boolean {
  const has = (shown: string | null) => shown?.toLowerCase().includes(text) === true
  const { path, request_id: requestId, session_id: sessionId, idempotency_key: idempotencyKey, reason } = toSummary(exchange)
  return [path, requestId, sessionId, idempotencyKey, reason].some(has) ||
    (exchange.requestBody !== undefined && has(JSON.stringify(exchange.requestBody))) ||
    has(responseTextOf(exchange))
}
