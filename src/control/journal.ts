import type { IncomingHttpHeaders } from 'node:http'
import type { Change } from '../sessions/store.js'

/**
 * One request and its answer. What a hot path writes down are references to what is there anyway; it is made readable
 * when somebody reads it (`journal-entry.ts`).
 */
export interface Exchange {
  /** Counts from 1; an emptied journal begins anew. */
  id: number
  /** When it was answered, by the workspace's clock, in milliseconds since 1970. */
  at: number
  durationMs: number
  method: string
  path: string
  sessionId: string | undefined
  requestHeaders: IncomingHttpHeaders
  /** The body as it was sent; `undefined` when there was none that could be read. */
  requestBody: unknown
  /** null when the connection was cut before anything was done. */
  status: number | null
  responseHeaders: Readonly<Record<string, unknown>>
  /** JSON, as all that the API answers with. */
  responseBody: string
  fault: string | undefined
  change: Change | undefined
  /** How many bytes it holds, about. */
  size: number
}

/** What an exchange holds besides its bodies, about: its headers and itself, in bytes. */
const OVERHEAD = 1_500

/** What was asked and answered. Bounded by count and by bytes: the oldest is dropped, and counted. */
export class Journal {
  /** How many exchanges were dropped because there were too many, since the journal was last emptied. */
  dropped = 0
  #lastId = 0
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

  /** Writes an exchange down, and gives it its id and its size. */
  add (exchange: Omit<Exchange, 'id' | 'size'>): void {
    const numbered = exchange as Exchange
    numbered.id = ++this.#lastId
    numbered.size = sizeOf(numbered)
    this.#exchanges.push(numbered)
    this.#bytes += numbered.size
    while (this.#exchanges.length - this.#start > this.#maxEntries || this.#bytes > this.#maxBytes) this.#drop()
  }

  /** All exchanges, the oldest first. */
  all (): Exchange[] {
    return this.#exchanges.slice(this.#start) as Exchange[]
  }

  clear (): void {
    this.#exchanges = []
    this.#start = 0
    this.#bytes = 0
    this.#lastId = 0
    this.dropped = 0
  }

  #drop (): void {
    this.#bytes -= (this.#exchanges[this.#start] as Exchange).size
    this.#exchanges[this.#start++] = undefined
    this.dropped++
    // moved together when half of it is empty, so that a request pays for one move at most
    if (this.#start * 2 > this.#exchanges.length) {
      this.#exchanges = this.#exchanges.slice(this.#start)
      this.#start = 0
    }
  }
}

/** A body that was read takes some four times the room of its text; one that came in chunks has to be measured. */
function sizeOf ({ path, requestHeaders, requestBody, responseBody }: Omit<Exchange, 'size'>): number {
  const length = requestBody === undefined ? 0 : Number(requestHeaders['content-length'] ?? JSON.stringify(requestBody).length)
  return OVERHEAD + path.length + length * 4 + responseBody.length
}
