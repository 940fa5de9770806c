import type { IncomingHttpHeaders } from 'node:http'
import type { Event } from '../events.js'
import type { Allowance } from '../rate-limits.js'

/** A request and its response. Every request adds one, so it holds references instead of copies. `entry.ts` makes it readable on demand. */
export interface Exchange {
  /** The number of the exchange, from 1; 0 until `Journal.add` sets it. */
  id: number
  /** The ID of the request, which its log lines have too. */
  requestId: string
  /** When the response was ready, by the clock of the world, in milliseconds since 1970. */
  at: number
  durationMs: number
  method: string
  /** Path and query, as they were sent. */
  url: string
  sessionId: string | undefined
  /** The operation's ID; `undefined` if no route matched. */
  operation: string | undefined
  /** As they were sent. A journal outside of the process stores them masked, as in an entry. */
  requestHeaders: IncomingHttpHeaders
  /** The digest of the API key that was sent, valid or not, if `requestHeaders` has the key masked; see `digestOf`. */
  apiKeyDigest?: string
  idempotencyKey: string | undefined
  /** The body as it was sent; `undefined` if there was none, or it could not be read. */
  requestBody: unknown
  /** null if a fault closed the connection before anything was done. */
  status: number | null
  /** The API version of the response; `undefined` if the request was refused before the version was known. */
  version: string | undefined
  replayed: boolean
  /** How many more requests the API key may make; `undefined` if the request has no valid API key. */
  allowance: Allowance | undefined
  /** How many more sessions the API key may create; `undefined` if that is not limited. */
  quota: Allowance | undefined
  /** The additional headers of an error or a page, with names in lower case. */
  ownHeaders: Readonly<Record<string, string>> | undefined
  /** Why the request was refused, or which query parameters were ignored. */
  reason: string | undefined
  /** The body of the response as JSON; empty if there is none, or if it is a page. */
  responseBody: string
  /** The fault that took effect, as in `X-Mock-Fault`. */
  fault: string | undefined
  events: readonly Event[]
  /** The IDs of the webhook deliveries that the request created. */
  deliveries: readonly string[]
  /** About how many bytes the exchange holds. 0 until `Journal.add` has measured it. */
  bytes: number
}

/** About how many bytes an exchange takes besides its bodies: its headers and the object itself. */
const OVERHEAD = 1_500

/** The requests to the API and their responses. Bounded by count and by bytes: the oldest are dropped, and counted. */
export interface Journal {
  /** Adds an exchange, and sets its ID, from 1, and its size. Returns `undefined` if it did so synchronously. */
  add (exchange: Exchange): Promise<void> | undefined

  /** All exchanges, the oldest first. */
  list (): Promise<readonly Exchange[]>

  find (id: number): Promise<Exchange | undefined>

  /** How many exchanges there are, and how many were dropped, because of the bounds, since the journal was last emptied. */
  counts (): Promise<{ size: number, dropped: number }>

  /** Removes exchanges that `list` returned, and ignores those that no longer exist. The others keep their IDs. */
  remove (exchanges: readonly Exchange[]): Promise<void>

  /** Empties the journal. IDs count from 1 again. */
  clear (): Promise<void>

  /** A number that grows with each change. */
  revision (): Promise<number>
}

/**
 * About how many bytes an exchange takes. A parsed body takes about four times the size of its text; a chunked body has to be
 * measured. A session after a change takes about as much as the response, and shares most of it with the session before.
 */
export function sizeOf ({ url, requestHeaders, requestBody, responseBody, events }: Exchange): number {
  const length = requestBody === undefined ? 0 : Number(requestHeaders['content-length'] ?? JSON.stringify(requestBody).length)
  return OVERHEAD + url.length + length * 4 + responseBody.length * (1 + events.length)
}
