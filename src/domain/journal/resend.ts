import { Type } from '@sinclair/typebox'
import type { IncomingHttpHeaders } from 'node:http'
import { apiError, FORM_TYPE } from '../../contract/errors.js'
import { nullable, schemaOf } from '../../contract/schema.js'
import { MASKED } from './entry.js'
import type { Exchange } from './journal.js'

/** What to change in a request that is sent again. Fields that are left out stay as they were. */
export interface Resend {
  /** Another idempotency key; null for none. */
  idempotency_key?: string | null
  /** Another body, which is sent as JSON. */
  body?: unknown
}

export const Resend = schemaOf<Resend>()(Type.Object({
  idempotency_key: Type.Optional(nullable(Type.String({
    'pattern': '^[^\\x00-\\x1f\\x7f]*$', 'description': 'Another Idempotency-Key; null for none', 'x-takes': 'text without control characters'
  }))),
  body: Type.Optional(Type.Unknown({ description: 'Another body, which is sent as JSON' }))
}, { $id: 'Resend', additionalProperties: false, description: 'What is different when a request is sent again; a field that is left out stays as it was' }))

/** A request, ready to send. */
export interface RequestToSend {
  method: string
  /** Path and query. */
  url: string
  /** By name, in lower case. */
  headers: IncomingHttpHeaders
  /** The body; `undefined` if there is none. */
  payload: string | undefined
}

/** Headers that belong to one connection, or to the body as it was sent. */
const notSentAgain = [
  'connection', 'content-length', 'expect', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'
]

/**
 * The request of an exchange, with its whole API key, to be sent again. Other secrets that the journal has masked are left out.
 * @param keyOf finds the API key of a digest
 * @throws ApiError 409 if its body is needed and was not read, or its API key is unknown
 */
export function requestToResend (
  exchange: Exchange, { idempotency_key: key, body }: Resend, keyOf: (digest: string) => string | undefined
): RequestToSend {
  const payload = body === undefined ? sentPayload(exchange) : JSON.stringify(body)
  const headers: IncomingHttpHeaders = {
    ...exchange.requestHeaders,
    ...wholeKey(exchange, keyOf),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(typeof key === 'string' && { 'idempotency-key': Buffer.from(key).toString('latin1') }) // as Node.js reads UTF-8 in a header
  }
  for (const [name, value] of Object.entries(headers)) {
    if (notSentAgain.includes(name) || value === MASKED) Reflect.deleteProperty(headers, name)
  }
  if (key === null) delete headers['idempotency-key']
  if (payload !== undefined) headers['content-length'] = String(Buffer.byteLength(payload))
  return { method: exchange.method, url: exchange.url, headers, payload }
}

/** The whole API key of a request for which the journal has it masked. */
function wholeKey ({ id, apiKeyDigest }: Exchange, keyOf: (digest: string) => string | undefined): IncomingHttpHeaders {
  if (apiKeyDigest === undefined) return {}
  const key = keyOf(apiKeyDigest)
  if (key === undefined) throw apiError('keyUnknown', { id: String(id) })
  return { 'x-api-key': key }
}

/** The body of a request as text. It is written from the parsed value, so its whitespace may differ. */
function sentPayload ({ id, requestHeaders, requestBody }: Exchange): string | undefined {
  if (requestBody === undefined) {
    if (hadBody(requestHeaders)) throw apiError('cannotResend', { id: String(id) })
    return undefined
  }
  const isForm = requestHeaders['content-type']?.startsWith(FORM_TYPE) === true
  return isForm ? new URLSearchParams(requestBody as Record<string, string>).toString() : JSON.stringify(requestBody)
}

function hadBody (headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
