import { Type } from '@sinclair/typebox'
import { JSON_TYPE } from '../../contract/errors.js'
import { maskApiKey, maskApiKeysIn, maskSecret } from '../../contract/masking.js'
import { oneOf, ref, schemaOf } from '../../contract/schema.js'
import { timestamp } from '../../contract/time.js'
import { type Event, eventTypes } from '../events.js'
import { Session } from '../sessions/session.js'
import type { Exchange } from './journal.js'

/** A change that a request made. */
export type Change = Event

export const Change = schemaOf<Change>()(Type.Object({
  type: oneOf(eventTypes, { description: 'What happened' }),
  session_id: Type.String({ description: 'The session that changed' }),
  before: Type.Unsafe<Session | null>({ anyOf: [ref(Session), Type.Null()], description: 'The session before; null when it was created' }),
  after: ref(Session)
}, { $id: 'Change', description: 'A change that a request made' }))

/** The headers and the body of a request or a response. */
export interface JournalMessage {
  /** By name, in lower case; secrets are masked. */
  headers: Record<string, unknown>
  /** As JSON; null when there is no body that can be read. */
  body: unknown
}

/**
 * A request to the API and its response. API keys and other secrets are masked, except in what a request sent as data: its body, and the
 * sessions.
 */
export interface JournalEntry {
  /** Counts from 1. */
  id: number
  /** The ID of the request; the log line has it as `reqId`. */
  request_id: string
  /** When the response was made, by the clock of the mock. */
  at: string
  method: string
  /** The path with its query, as it was sent. */
  path: string
  /** The operation's ID, such as `updateSession`; null when no route matched. */
  operation: string | null
  /** The session in the path, or the one that was created. */
  session_id: string | null
  /** The API key, masked. */
  api_key: string | null
  idempotency_key: string | null
  /** Whether the response is that of an earlier request with the same idempotency key. */
  replayed: boolean
  /** The fault that took effect, as in `X-Mock-Fault`: `drop=after`. */
  fault: string | null
  /** The status; null when a fault cut the connection before anything was done. */
  status: number | null
  /** Why the request was refused, as exactly as the mock knows, or which parameters of its query were ignored. */
  reason: string | null
  duration_ms: number
  request: JournalMessage
  /** The response, also when a fault cut the connection in its place. */
  response: JournalMessage
  /** What the request changed; empty when it changed nothing. */
  changes: Change[]
  /** The IDs of the webhook deliveries that the request made; empty when it made none. */
  deliveries: string[]
}

const nullable = (description: string) => Type.Unsafe<string | null>({ type: ['string', 'null'], description })

const JournalMessage = schemaOf<JournalMessage>()(Type.Object({
  headers: Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true, description: 'By name, in lower case; secrets are masked' }),
  body: Type.Unknown({ description: 'As JSON; null when there is no body that can be read' })
}, { $id: 'JournalMessage', description: 'The headers and the body of a request or a response' }))

export const JournalEntry = schemaOf<JournalEntry>()(Type.Object({
  id: Type.Integer({ description: 'Counts from 1' }),
  request_id: Type.String({ description: 'The ID of the request; the log line has it as reqId' }),
  at: Type.String({ format: 'date-time', description: 'When the response was made, by the clock of the mock' }),
  method: Type.String(),
  path: Type.String({ description: 'The path with its query, as it was sent' }),
  operation: nullable('The operationId; null when no route matched'),
  session_id: nullable('The session in the path, or the one that was created'),
  api_key: nullable('The API key, masked'),
  idempotency_key: nullable('The Idempotency-Key'),
  replayed: Type.Boolean({ description: 'Whether the response is that of an earlier request with the same idempotency key' }),
  fault: nullable('The fault that took effect, as in X-Mock-Fault'),
  status: Type.Unsafe<number | null>({ type: ['integer', 'null'], description: 'null when a fault cut the connection before anything was done' }),
  reason: nullable('Why the request was refused, as exactly as the mock knows, or which parameters of its query were ignored'),
  duration_ms: Type.Number(),
  request: ref(JournalMessage),
  response: ref(JournalMessage),
  changes: Type.Array(ref(Change), { description: 'What the request changed; empty when it changed nothing' }),
  deliveries: Type.Array(Type.String(), { description: 'The IDs of the webhook deliveries that the request made; empty when it made none' })
}, { $id: 'JournalEntry', description: 'A request to the API and its response' }))

/** An exchange as the journal shows it. */
export function toEntry (exchange: Exchange): JournalEntry {
  const { requestHeaders } = exchange
  const apiKey = requestHeaders['x-api-key']
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
    duration_ms: Math.round(exchange.durationMs * 1000) / 1000,
    request: { headers: maskHeaders(requestHeaders), body: exchange.requestBody ?? null },
    response: { headers: responseHeadersOf(exchange), body: responseBodyOf(exchange) },
    changes: [...exchange.events],
    deliveries: [...exchange.deliveries]
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

/** All headers of the response but those that Node.js adds when it sends them. */
function responseHeadersOf ({ version, allowance, quota, replayed, ownHeaders, responseBody }: Exchange): Record<string, string> {
  return {
    ...(version !== undefined && { 'verifa-version': version }),
    ...allowance?.headers,
    ...quota?.headers,
    ...(replayed && { 'idempotent-replayed': 'true' }),
    ...ownHeaders,
    ...(responseBody !== '' && { 'content-type': JSON_TYPE })
  }
}

/** The body of an error may name what was sent, so API keys in it are masked. Everywhere else only secrets of webhook endpoints are. */
function responseBodyOf ({ status, responseBody }: Exchange): unknown {
  if (responseBody === '') return null
  if (status === null || status >= 400) return JSON.parse(maskApiKeysIn(responseBody))
  const body: unknown = JSON.parse(responseBody)
  return responseBody.includes('"secret"') ? maskSecretOf(body) : body
}

/** Masks the secret of an endpoint, or those of a list of endpoints. What lies deeper is user data. */
function maskSecretOf (value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const { secret, data } = value as { secret?: unknown, data?: unknown }
  return {
    ...value,
    ...(typeof secret === 'string' && { secret: maskSecret(secret) }),
    ...(Array.isArray(data) && { data: data.map(maskSecretOf) })
  }
}

const secretHeaders = ['authorization', 'cookie', 'proxy-authorization']

function maskHeaders (headers: Exchange['requestHeaders']): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => {
    if (name === 'x-api-key') return [name, maskApiKey(String(value))]
    if (secretHeaders.includes(name)) return [name, '…']
    return [name, typeof value === 'string' ? maskApiKeysIn(value) : value]
  }))
}
