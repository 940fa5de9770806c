import type { IncomingHttpHeaders } from 'node:http'
import type { Event } from '../events.js'
import type { Allowance } from '../rate-limits.js'

/**
 * One request and its response. Every request adds one, so it holds references and copies nothing; `entry.ts` makes it readable on
 * demand.
 */
export interface Exchange {
  /** Counts from 1; 0 until `Journal.add` has given it its ID. */
  id: number
  /** The ID of the request, which its log lines have too. */
  requestId: string
  /** When the response was made, by the clock of the world, in milliseconds since 1970. */
  at: number
  durationMs: number
  method: string
  /** Path and query, as they were sent. */
  url: string
  sessionId: string | undefined
  /** The operation's ID; `undefined` when no route matched. */
  operation: string | undefined
  /** As they were sent. A journal outside of the process has them masked, as an entry shows them. */
  requestHeaders: IncomingHttpHeaders
  /** Stands for the API key that was sent, valid or not, where `requestHeaders` has it masked; see `digestOf`. */
  apiKeyDigest?: string
  idempotencyKey: string | undefined
  /** The body as it was sent; `undefined` when there was none that could be read. */
  requestBody: unknown
  /** null when the connection was cut before anything was done. */
  status: number | null
  /** The API version of the response; `undefined` when the request was refused before that was known. */
  version: string | undefined
  replayed: boolean
  /** What the API key may still do; `undefined` when its key was not known. */
  allowance: Allowance | undefined
  /** How many sessions it may still create, where that is limited. */
  quota: Allowance | undefined
  /** The headers of this response alone, which is an error or a page, with names in lower case. */
  ownHeaders: Readonly<Record<string, string>> | undefined
  /** Why the request was refused, or what of it was ignored. */
  reason: string | undefined
  /** The body of the response: JSON, or empty when there is none, or a page. */
  responseBody: string
  /** The fault that took effect, as in `X-Mock-Fault`. */
  fault: string | undefined
  events: readonly Event[]
  /** The IDs of the webhook deliveries that it made. */
  deliveries: readonly string[]
  /** About how many bytes the exchange holds. 0 until `Journal.add` has measured it. */
  bytes: number
}

/** About how many bytes an exchange holds besides its bodies: its headers and itself. */
const OVERHEAD = 1_500

/** The requests to the API and their responses. Bounded by count and by bytes: the oldest is dropped, and counted. */
export interface Journal {
  /** Adds an exchange, and gives it its ID, counting from 1, and its size. `undefined`: it is added already. */
  add (exchange: Exchange): Promise<void> | undefined

  /** All exchanges, the oldest first. */
  list (): Promise<readonly Exchange[]>

  find (id: number): Promise<Exchange | undefined>

  /** How many there are, and how many were dropped since the journal was last emptied because there were too many, or too large ones. */
  counts (): Promise<{ size: number, dropped: number }>

  /** Removes some of the exchanges that `list` returned, as far as they are still there; the IDs of the others stay. */
  remove (exchanges: readonly Exchange[]): Promise<void>

  /** Empties the journal. IDs count from 1 again. */
  clear (): Promise<void>

  /** Grows with each change. */
  revision (): Promise<number>
}

/**
 * About how many bytes an exchange holds. A body that was read takes some four times the room of its text; one that came in chunks has
 * to be measured. A session after a change takes about as much as the response, and shares most of it with the session before.
 */
export function sizeOf ({ url, requestHeaders, requestBody, responseBody, events }: Exchange): number {
  const length = requestBody === undefined ? 0 : Number(requestHeaders['content-length'] ?? JSON.stringify(requestBody).length)
  return OVERHEAD + url.length + length * 4 + responseBody.length * (1 + events.length)
}
