import { Type } from '@sinclair/typebox'
import { schemaOf } from '../../contract/schema.js'
import { responseTextOf } from './entry.js'
import type { Exchange } from './journal.js'
import { toSummary } from './summary.js'
import { findExchanges, RequestFilter } from './verification.js'

/** A class of statuses: `4xx` is every status from 400 to 499. */
export type StatusClass = '1xx' | '2xx' | '3xx' | '4xx' | '5xx'

/** The requests of the journal to remove: those that match every given field. */
export interface RemovedRequests extends Omit<RequestFilter, 'status'> {
  /** The status of the response, or its class: `4xx`. */
  status?: number | StatusClass
}

/** The requests of the journal to list: those that match every given field. */
export interface RequestQuery extends RemovedRequests {
  /** A part of the path, an ID, the idempotency key, the reason, or a body as JSON, in upper or lower case. Does not find masked text. */
  q?: string
  /** Returns only entries with a smaller ID. */
  before?: number
  /** Returns only this many of the newest. */
  limit?: number
}

export const RemovedRequests = schemaOf<RemovedRequests>()(Type.Object({
  ...RequestFilter.properties,
  // in a query, a status is text, like its class
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
 * Lists the exchanges that match a query, oldest first.
 * @returns `total` is the number of matches, regardless of `before` and `limit`
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

/** Whether the entry of an exchange contains a lowercase text. Bodies come last, because writing and searching them takes the longest. */
function shows (exchange: Exchange, text: string): boolean {
  const has = (shown: string | null) => shown?.toLowerCase().includes(text) === true
  const { path, request_id: requestId, session_id: sessionId, idempotency_key: idempotencyKey, reason } = toSummary(exchange)
  return [path, requestId, sessionId, idempotencyKey, reason].some(has) ||
    (exchange.requestBody !== undefined && has(JSON.stringify(exchange.requestBody))) ||
    has(responseTextOf(exchange))
}
