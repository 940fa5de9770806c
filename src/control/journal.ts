import type { IncomingHttpHeaders } from 'node:http'
import { LRUCache } from 'lru-cache'
import type { Session } from '../sessions/session.js'

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
  /** `undefined` when the connection was cut before anything was done. */
  status: number | undefined
  responseHeaders: Readonly<Record<string, unknown>>
  /** JSON, as all that the API answers with. */
  responseBody: string
  fault: string | undefined
  change: { before: Session, after: Session } | undefined
}

/** What an exchange holds besides its bodies, about: its headers and itself, in bytes. */
const OVERHEAD = 1_500

/** What was asked and answered. Bounded by count and by bytes: the oldest is dropped, and counted. */
export class Journal {
  /** How many exchanges were dropped because there were too many, since the journal was last emptied. */
  dropped = 0
  #lastId = 0
  readonly #maxEntries: number
  readonly #exchanges: LRUCache<number, Exchange>

  /**
   * @param maxEntries how many exchanges are kept at most
   * @param maxBytes how many bytes they may hold together, about
   */
  constructor (maxEntries: number, maxBytes: number) {
    this.#maxEntries = maxEntries
    // nothing is ever read by its key, so the least recently used exchange is the oldest
    this.#exchanges = new LRUCache({
      maxSize: maxBytes,
      dispose: (_exchange, _id, reason) => {
        if (reason === 'evict') this.dropped++
      }
    })
  }

  add (exchange: Omit<Exchange, 'id'>, requestBytes: number): void {
    const id = ++this.#lastId
    const size = OVERHEAD + requestBytes + exchange.responseBody.length
    const kept = this.#exchanges.set(id, { ...exchange, id }, { size }).has(id)
    if (!kept) this.dropped++ // it is larger than everything together may be
    if (this.#exchanges.size > this.#maxEntries) this.#exchanges.pop()
  }

  /** All exchanges, the oldest first. */
  all (): Exchange[] {
    return [...this.#exchanges.rvalues()] as Exchange[]
  }

  clear (): void {
    this.#exchanges.clear()
    this.#lastId = 0
    this.dropped = 0
  }
}
