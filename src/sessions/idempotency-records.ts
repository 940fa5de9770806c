import { LRUCache } from 'lru-cache'

/** A key is kept 24 hours from its first request (the vendor's page). */
export const IDEMPOTENCY_WINDOW = 24 * 60 * 60 * 1000

/** What an executed operation answered. The body is held, not copied: what operations answer with never changes. */
export interface Result {
  status: number
  headers: Readonly<Record<string, number | string | string[] | undefined>>
  body: unknown
}

export interface IdempotencyRecord {
  fingerprint: string
  firstSeenAt: number
  result: Result
  replays: number
}

/** What became of a request under an idempotency key. */
export type Outcome =
  | { kind: 'executed' | 'replayed', result: Result }
  | { kind: 'mismatch' }

/**
 * The idempotency keys of a workspace and what was answered under them.
 *
 * Only results are recorded: an operation that throws has changed nothing, and its key stays free (our decision).
 * Requests under a key that is at work wait for its end, whatever that is, and then look again: one of them executes.
 */
export class IdempotencyRecords {
  /** How many records were dropped before their 24 hours were over, because there were too many. */
  evicted = 0
  readonly #records: LRUCache<string, IdempotencyRecord>
  readonly #atWork = new Map<string, Promise<unknown>>()

  /**
   * @param max how many records are kept; one more drops the oldest
   * @param now the time, in milliseconds since 1970
   * @param onFirstEviction told once, when the first record had to be dropped
   */
  constructor (max: number, private readonly now: () => number, onFirstEviction: () => void) {
    this.#records = new LRUCache({
      max,
      dispose: (record, _key, reason) => {
        if (reason !== 'evict' || this.#isExpired(record)) return
        this.evicted++
        if (this.evicted === 1) onFirstEviction()
      }
    })
  }

  /**
   * Executes an operation once under a key.
   * @param key the idempotency key, with whatever else keeps callers apart
   * @param fingerprint the request's parameters; the same key with others is a mismatch
   * @throws what the operation throws
   */
  async once (key: string, fingerprint: string, operation: () => Promise<Result>): Promise<Outcome> {
    for (let other; (other = this.#atWork.get(key)) !== undefined;) await other.catch(() => undefined)

    const record = this.#find(key)
    if (record === undefined) return { kind: 'executed', result: await this.#execute(key, fingerprint, operation) }
    if (record.fingerprint !== fingerprint) return { kind: 'mismatch' }
    record.replays++
    return { kind: 'replayed', result: record.result }
  }

  #find (key: string): IdempotencyRecord | undefined {
    const record = this.#records.peek(key)
    if (record === undefined || !this.#isExpired(record)) return record
    this.#records.delete(key)
    return undefined
  }

  /** A clock that was moved back makes no record expire. */
  #isExpired (record: IdempotencyRecord): boolean {
    return this.now() - record.firstSeenAt >= IDEMPOTENCY_WINDOW
  }

  async #execute (key: string, fingerprint: string, operation: () => Promise<Result>): Promise<Result> {
    const firstSeenAt = this.now()
    // The record is written in the same turn in which the key is freed: nobody can come in between.
    const work = operation().then(result => {
      // `peek` above and `set` here never refresh an entry, so the least recently used record is the oldest.
      this.#records.set(key, { fingerprint, firstSeenAt, result, replays: 0 })
      return result
    }).finally(() => this.#atWork.delete(key))
    this.#atWork.set(key, work)
    return work
  }
}
