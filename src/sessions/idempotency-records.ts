import { LRUCache } from 'lru-cache'

/** A key is kept 24 hours from its first request (the vendor's page). */
export const IDEMPOTENCY_WINDOW = 24 * 60 * 60 * 1000

/** What an executed operation answered. The body is held, not copied: what operations answer with never changes. */
export interface Result {
  status: number
  headers: Readonly<Record<string, number | string | string[] | undefined>>
  body: unknown
}

/** A request under an idempotency key. */
export interface Claim {
  key: string
  /** Who sent it; the same key of another API key is another one (our decision). */
  apiKey: { masked: string, digest: string }
  /** The request's parameters; the same key with others is a mismatch. */
  fingerprint: string
  /** The session it was for, to be shown. */
  sessionId: string | null
}

/** A claim that was executed, and what came of it. */
export interface IdempotencyRecord extends Claim {
  /** In milliseconds since 1970. */
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
      // bounded by size, each record being 1: with `max` the cache would take its whole room at once, in every workspace
      maxSize: max,
      sizeCalculation: () => 1,
      dispose: (record, _id, reason) => {
        if (reason !== 'evict' || this.#isExpired(record)) return
        this.evicted++
        if (this.evicted === 1) onFirstEviction()
      }
    })
  }

  /** Executes an operation once under a key. Rejects with what the operation rejects with. */
  async once (claim: Claim, operation: () => Promise<Result>): Promise<Outcome> {
    const id = idOf(claim)
    for (let other; (other = this.#atWork.get(id)) !== undefined;) await other.catch(() => undefined)

    const record = this.#find(id)
    if (record === undefined) return this.#execute(id, claim, operation)
    if (record.fingerprint !== claim.fingerprint) return { kind: 'mismatch' }
    record.replays++
    return { kind: 'replayed', result: record.result }
  }

  /** All records that have not expired, the oldest first. */
  all (): IdempotencyRecord[] {
    return ([...this.#records.rvalues()] as IdempotencyRecord[]).filter(record => !this.#isExpired(record))
  }

  /** Takes up records that were saved, the oldest first. */
  restore (records: readonly IdempotencyRecord[]): void {
    for (const record of records) this.#records.set(idOf(record), record)
  }

  #find (id: string): IdempotencyRecord | undefined {
    const record = this.#records.peek(id)
    // one that has expired stays until a result takes its place: a request that fails must change nothing
    return record === undefined || this.#isExpired(record) ? undefined : record
  }

  /** A clock that was moved back makes no record expire. */
  #isExpired (record: IdempotencyRecord): boolean {
    return this.now() - record.firstSeenAt >= IDEMPOTENCY_WINDOW
  }

  #execute (id: string, claim: Claim, operation: () => Promise<Result>): Promise<Outcome> {
    const firstSeenAt = this.now()
    const work = operation().then((result): Outcome => {
      // The record is written in the same turn in which the key is freed: nobody can come in between.
      // `peek` above and `set` here never refresh a record, so the least recently used one is the oldest.
      this.#records.set(id, { ...claim, firstSeenAt, result, replays: 0 })
      this.#atWork.delete(id)
      return { kind: 'executed', result }
    }, (error: unknown) => {
      this.#atWork.delete(id)
      throw error
    })
    this.#atWork.set(id, work)
    return work
  }
}

/** A digest has a fixed length, so that it and the key cannot run together. */
function idOf ({ apiKey, key }: Claim): string {
  return apiKey.digest + key
}
