import { Type } from '@sinclair/typebox'
import type { IncomingHttpHeaders } from 'node:http'
import { JSON_TYPE } from '../../contract/errors.js'
import { maskApiKey, maskApiKeysIn, maskSecret } from '../../contract/masking.js'
import { oneOf, ref, schemaOf } from '../../contract/schema.js'
import { type Event, eventTypes } from '../events.js'
import { Session } from '../sessions/session.js'
import type { Exchange } from './journal.js'
import { RequestSummary, toSummary } from './summary.js'

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
  /** Parsed JSON; null if there was no body, or it could not be read. */
  body: unknown
}

/**
 * A request to the API and its response. API keys and other secrets are masked, except in data: the body of the request, and the
 * sessions.
 */
export interface JournalEntry extends RequestSummary {
  request: JournalMessage
  /** The response, even if a fault closed the connection instead of sending it. */
  response: JournalMessage
  /** What the request changed; empty if it changed nothing. */
  changes: Change[]
  /** The IDs of the webhook deliveries that the request created; empty if there are none. */
  deliveries: string[]
}

const JournalMessage = schemaOf<JournalMessage>()(Type.Object({
  headers: Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true, description: 'By name, in lower case; secrets are masked' }),
  body: Type.Unknown({ description: 'As JSON; null when there is no body that can be read' })
}, { $id: 'JournalMessage', description: 'The headers and the body of a request or a response' }))

export const JournalEntry = schemaOf<JournalEntry>()(Type.Object({
  ...RequestSummary.properties,
  request: ref(JournalMessage),
  response: ref(JournalMessage),
  changes: Type.Array(ref(Change), { description: 'What the request changed; empty when it changed nothing' }),
  deliveries: Type.Array(Type.String(), { description: 'The IDs of the webhook deliveries that the request made; empty when it made none' })
}, { $id: 'JournalEntry', description: 'A request to the API and its response' }))

/** An exchange as the journal shows it. */
export function toEntry (exchange: Exchange): JournalEntry {
  const responseText = responseTextOf(exchange)
  return {
    ...toSummary(exchange),
    request: { headers: maskHeaders(exchange.requestHeaders), body: exchange.requestBody ?? null },
    response: { headers: responseHeadersOf(exchange), body: responseText === '' ? null : JSON.parse(responseText) },
    changes: [...exchange.events],
    deliveries: [...exchange.deliveries]
  }
}

/** All headers of the response, except those that Node.js adds when it sends them. */
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

/**
 * The body of the response as JSON; empty if there is none. An error may quote the request, so API keys in it are masked. In all other
 * bodies, only the secrets of webhook endpoints are masked.
 */
export function responseTextOf ({ status, responseBody }: Exchange): string {
  if (status === null || status >= 400) return maskApiKeysIn(responseBody)
  return responseBody.includes('"secret"') ? JSON.stringify(maskSecretOf(JSON.parse(responseBody))) : responseBody
}

/** Masks the secret of an endpoint, or those of a list of endpoints. Deeper fields are user data. */
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

/** Replaces the value of a header that is entirely secret. Node.js reads headers as Latin-1, so no header that was sent is equal to it. */
export const MASKED = '…'

/** The headers of a request with their secrets masked. */
export function maskHeaders (headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => {
    if (name === 'x-api-key') return [name, maskApiKey(String(value))]
    if (secretHeaders.includes(name)) return [name, MASKED]
    return [name, typeof value === 'string' ? maskApiKeysIn(value) : value]
  }))
}
