import { Type } from '@sinclair/typebox'
import { maskApiKey, maskApiKeysIn } from '../../contract/masking.js'
import { nullable, schemaOf } from '../../contract/schema.js'
import { timestamp } from '../../contract/time.js'
import type { Exchange } from './journal.js'

/** The short form of a request to the API and its response, for a list. It is cheap to create, because it does not read bodies. */
export interface RequestSummary {
  /** The number of the entry, starting at 1. */
  id: number
  /** The ID of the request; the log line has it as `reqId`. */
  request_id: string
  /** When the response was ready, by the clock of the mock. */
  at: string
  method: string
  /** The path with its query, as it was sent. */
  path: string
  /** The operation's ID, such as `updateSession`; null if no route matched. */
  operation: string | null
  /** The session in the path, or the created session. */
  session_id: string | null
  /** The API key, masked. */
  api_key: string | null
  idempotency_key: string | null
  /** Whether the response is that of an earlier request with the same idempotency key. */
  replayed: boolean
  /** The fault that took effect, as in `X-Mock-Fault`: `drop=after`. */
  fault: string | null
  /** The status; null if a fault closed the connection before anything was done. */
  status: number | null
  /** Why exactly the request was refused, or which query parameters were ignored. */
  reason: string | null
  duration_ms: number
}

const textOrNull = (description: string) => nullable(Type.String({ description }))

export const RequestSummary = schemaOf<RequestSummary>()(Type.Object({
  id: Type.Integer({ description: 'Counts from 1' }),
  request_id: Type.String({ description: 'The ID of the request; the log line has it as reqId' }),
  at: Type.String({ format: 'date-time', description: 'When the response was made, by the clock of the mock' }),
  method: Type.String(),
  path: Type.String({ description: 'The path with its query, as it was sent' }),
  operation: textOrNull('The operationId; null when no route matched'),
  session_id: textOrNull('The session in the path, or the one that was created'),
  api_key: textOrNull('The API key, masked'),
  idempotency_key: textOrNull('The Idempotency-Key'),
  replayed: Type.Boolean({ description: 'Whether the response is that of an earlier request with the same idempotency key' }),
  fault: textOrNull('The fault that took effect, as in X-Mock-Fault'),
  status: nullable(Type.Integer({ description: 'null when a fault cut the connection before anything was done' })),
  reason: textOrNull('Why the request was refused, as exactly as the mock knows, or which parameters of its query were ignored'),
  duration_ms: Type.Number()
}, { $id: 'RequestSummary', description: 'A request to the API and its response in short' }))

/** The summary of an exchange. */
export function toSummary (exchange: Exchange): RequestSummary {
  const apiKey = exchange.requestHeaders['x-api-key']
  return {
    id: exchange.id,
    request_id: exchange.requestId,
    at: timestamp(exchange.at),
    method: exchange.method,
    path: pathOf(exchange),
    operation: exchange.operation ?? null,
    session_id: sessionIdOf(exchange) ?? null,
    api_key: typeof apiKey === 'string' ? maskApiKey(apiKey) : null,
    idempotency_key: exchange.idempotencyKey === undefined ? null : maskApiKeysIn(exchange.idempotencyKey),
    replayed: exchange.replayed,
    fault: exchange.fault ?? null,
    status: exchange.status,
    reason: exchange.reason === undefined ? null : maskApiKeysIn(exchange.reason),
    duration_ms: Math.round(exchange.durationMs * 1000) / 1000
  }
}

/** Path and query, with API keys masked. */
export function pathOf ({ url }: Exchange): string {
  return maskApiKeysIn(url)
}

/** The session in the path, with API keys masked. */
export function sessionIdOf ({ sessionId }: Exchange): string | undefined {
  return sessionId === undefined ? undefined : maskApiKeysIn(sessionId)
}
