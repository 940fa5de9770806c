import type { IncomingHttpHeaders } from 'node:http'
import type { Change } from '../sessions/store.js'

/**
 * One request and its answer. What a hot path writes down are references to what is there anyway; it is made readable
 * when somebody reads it (`journal-entry.ts`).
 */
export interface Exchange {
  /** When it was answered, by the workspace's clock, in milliseconds since 1970. */
  at: number
  durationMs: number
  method: string
  /** Path and query, as they were sent. */
  url: string
  sessionId: string | undefined
  requestHeaders: IncomingHttpHeaders
  /** The body as it was sent; `undefined` when there was none that could be read. */
  requestBody: unknown
  /** null when the connection was cut before anything was done. */
  status: number | null
  /** The API version that it was answered in; `undefined` when it was turned away before that was looked at. */
  version: string | undefined
  replayed: boolean
  /** The headers of the error that it was answered with, in lower case. */
  errorHeaders: Readonly<Record<string, string>> | undefined
  /** JSON, as all that the API answers with. */
  responseBody: string
  fault: string | undefined
  change: Change | undefined
}

/** An exchange and its number in the journal. */
export interface NumberedExchange extends Exchange {
  /** Counts from 1; an emptied journal begins anew. */
  id: number
}

/** What an exchange holds besides its bodies, about: its headers and itself, in bytes. */
const OVERHEAD = 1_500

/** What was asked and answered. Bounded by count and by bytes: the oldest is dropped, and counted. */
export class Journal {
  /** How many exchanges were dropped because there were too many, since the journal was last emptied. */
  dropped = 0
  #bytes = 0
  // A plain list with a moving start: every request pays for this, and a cache that can find by key costs three times as much.
  #exchanges: (Exchange | undefined)[] = []
  #start = 0
  readonly #maxEntries: number
  readonly #maxBytes: number

  /**
   * @param maxEntries how many exchanges are kept at most
   * @param maxBytes how many bytes they may hold together, about
   */
  constructor (maxEntries: number, maxBytes: number) {
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
  }

  /** Writes an exchange down. */
  add (exchange: Exchange): void {
    this.#exchanges.push(exchange)
    this.#bytes += sizeOf(exchange)
    while (this.#exchanges.length - this.#start > this.#maxEntries || this.#bytes > this.#maxBytes) this.#drop()
  }

  /** All exchanges, the oldest first. */
  all (): NumberedExchange[] {
    const exchanges = this.#exchanges.slice(this.#start) as Exchange[]
    return exchanges.map((exchange, index) => ({ ...exchange, id: this.dropped + index + 1 }))
  }

  clear (): void {
    this.#exchanges = []
    this.#start = 0
    this.#bytes = 0
    this.dropped = 0
  }

  #drop (): void {
    this.#bytes -= sizeOf(this.#exchanges[this.#start] as Exchange)
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
 * How many bytes it holds, about. A body that was read takes some four times the room of its text; one that came in
 * chunks has to be measured.
 */
function sizeOf ({ url, requestHeaders, requestBody, responseBody }: Exchange): number {
  const length = requestBody === undefined ? 0 : Number(requestHeaders['content-length'] ?? JSON.stringify(requestBody).length)
  return OVERHEAD + url.length + length * 4 + responseBody.length
}
