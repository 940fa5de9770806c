import type { IncomingHttpHeaders } from 'node:http'
import type { Event } from '../events.js'
import type { Allowance } from '../rate-limits.js'

/**
 * One request and its response. Every request adds one, so it holds references and copies nothing; `entry.ts` makes it readable on
 * demand.
 */
export interface Exchange {
  /** Counts from 1; see `Journal.nextId`. */
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
  requestHeaders: IncomingHttpHeaders
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
export class Journal {
  /** How many exchanges were dropped because there were too many, since the journal was last emptied. */
  dropped = 0
  /** Grows with each change. */
  revision = 0
  #lastId = 0
  #bytes = 0
  // a plain list with a moving start: every request pays for this, and a cache that finds by key costs three times as much
  #exchanges: (Exchange | undefined)[] = []
  #start = 0
  readonly #maxEntries: number
  readonly #maxBytes: number

  /**
   * @param maxEntries how many exchanges are kept at most
   * @param maxBytes about how many bytes they hold together at most
   */
  constructor (maxEntries: number, maxBytes: number) {
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
  }

  /** The ID of the exchange that is added next. */
  nextId (): number {
    return ++this.#lastId
  }

  add (exchange: Exchange): void {
    this.revision++
    exchange.bytes = sizeOf(exchange)
    this.#exchanges.push(exchange)
    this.#bytes += exchange.bytes
    // the newest stays, however large it is
    while (this.size > this.#maxEntries || (this.#bytes > this.#maxBytes && this.size > 1)) this.#drop()
  }

  /** How many exchanges there are. */
  get size (): number {
    return this.#exchanges.length - this.#start
  }

  /** All exchanges, the oldest first. */
  all (): Exchange[] {
    return this.#exchanges.slice(this.#start) as Exchange[]
  }

  /** Removes some exchanges; the IDs of the others stay. */
  remove (exchanges: readonly Exchange[]): void {
    this.revision++
    const removed = new Set(exchanges)
    this.#exchanges = this.all().filter(exchange => !removed.has(exchange))
    this.#start = 0
    this.#bytes -= exchanges.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Empties the journal. IDs count from 1 again. */
  clear (): void {
    this.revision++
    this.#exchanges = []
    this.#start = 0
    this.#bytes = 0
    this.#lastId = 0
    this.dropped = 0
  }

  /** A journal with the same exchanges, to which others are added. */
  copy (): Journal {
    const copy = new Journal(this.#maxEntries, this.#maxBytes)
    copy.dropped = this.dropped
    copy.#lastId = this.#lastId
    copy.#bytes = this.#bytes
    copy.#exchanges = this.all()
    return copy
  }

  #drop (): void {
    this.#bytes -= (this.#exchanges[this.#start] as Exchange).bytes
    this.#exchanges[this.#start++] = undefined
    this.dropped++
    // moved together when half of it is empty, so that a request pays for one move at most
    if (this.#start * 2 > this.#exchanges.length) {
      this.#exchanges = this.#exchanges.slice(this.#start)
      this.#start = 0
    }
  }
}

/**
 * About how many bytes an exchange holds. A body that was read takes some four times the room of its text; one that came in chunks has
 * to be measured. A session after a change takes about as much as the response, and shares most of it with the session before.
 */
function sizeOf ({ url, requestHeaders, requestBody, responseBody, events }: Exchange): number {
  const length = requestBody === undefined ? 0 : Number(requestHeaders['content-length'] ?? JSON.stringify(requestBody).length)
  return OVERHEAD + url.length + length * 4 + responseBody.length * (1 + events.length)
}
