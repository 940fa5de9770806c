import { type Static, Type } from '@sinclair/typebox'
import { maskApiKey, maskApiKeysIn } from '../api-keys.js'
import { timestamp } from '../clock.js'
import { JSON_TYPE } from '../errors.js'
import { Session } from '../sessions/session.js'
import type { Exchange, NumberedExchange } from './journal.js'

const nullable = (schema: object) => Type.Unsafe<string | null>({ type: ['string', 'null'], ...schema })
const Headers = Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true, description: 'With keys and tokens masked' })
const Body = Type.Unknown({ description: 'As JSON; null when there is none that can be read' })

/** One request and its answer, as the journal shows it. */
export const JournalEntry = Type.Object({
  id: Type.Integer({ description: 'Counts from 1' }),
  at: Type.String({ format: 'date-time', description: 'When it was answered, by the clock of the mock' }),
  method: Type.String(),
  path: Type.String({ description: 'With its query, as it was sent' }),
  session_id: nullable({ description: 'The session in the path' }),
  api_key: nullable({ description: 'Masked' }),
  idempotency_key: nullable({}),
  replayed: Type.Boolean({ description: 'Whether the answer was that of an earlier request' }),
  fault: nullable({ description: 'The fault that befell it, as in X-Mock-Fault' }),
  status: Type.Unsafe<number | null>({ type: ['integer', 'null'], description: 'null when nothing was done and nothing answered' }),
  duration_ms: Type.Number(),
  request: Type.Object({ headers: Headers, body: Body }),
  response: Type.Object({ headers: Headers, body: Body }, { description: 'Also when a fault cut the connection in its place' }),
  change: Type.Optional(Type.Object({ before: Session, after: Session }, { description: 'The session that was changed' }))
}, { description: 'A request and its answer' })
export type JournalEntry = Static<typeof JournalEntry>

/** An exchange as the journal shows it. */
export function toEntry (exchange: NumberedExchange): JournalEntry {
  const { requestHeaders, replayed, change } = exchange
  const apiKey = requestHeaders['x-api-key']
  return {
    id: exchange.id,
    at: timestamp(exchange.at),
    method: exchange.method,
    path: pathOf(exchange),
    session_id: exchange.sessionId ?? null,
    api_key: typeof apiKey === 'string' ? maskApiKey(apiKey) : null,
    idempotency_key: idempotencyKeyOf(exchange) ?? null,
    replayed,
    fault: exchange.fault ?? null,
    status: exchange.status,
    duration_ms: Math.round(exchange.durationMs * 1000) / 1000,
    request: { headers: maskHeaders(requestHeaders), body: exchange.requestBody ?? null },
    response: { headers: responseHeadersOf(exchange), body: JSON.parse(exchange.responseBody) as unknown },
    ...(change !== undefined && { change: { before: change.before.toJSON(), after: change.after.toJSON() } })
  }
}

/** Path and query, with the API keys masked that do not belong there. */
export function pathOf ({ url }: Exchange): string {
  return maskApiKeysIn(url)
}

export function idempotencyKeyOf ({ requestHeaders }: Exchange): string | undefined {
  return requestHeaders['idempotency-key'] as string | undefined
}

/** All that the API answers with, but those that Node.js adds when it sends them. */
function responseHeadersOf ({ version, replayed, errorHeaders }: Exchange): Record<string, string> {
  return {
    ...(version !== undefined && { 'verifa-version': version }),
    ...(replayed && { 'idempotent-replayed': 'true' }),
    ...errorHeaders,
    'content-type': JSON_TYPE
  }
}

function maskHeaders (headers: Exchange['requestHeaders']): Record<string, unknown> {
  const masked: Record<string, unknown> = { ...headers }
  if (headers['x-api-key'] !== undefined) masked['x-api-key'] = maskApiKey(String(headers['x-api-key']))
  for (const name of ['authorization', 'cookie', 'proxy-authorization']) if (name in masked) masked[name] = '…'
  return masked
}
