/** A key is kept 24 hours from its first request (the vendor's page). */
export const IDEMPOTENCY_WINDOW = 24 * 60 * 60 * 1000

/** What an executed operation answered. The body is held, not copied: what operations answer with never changes. */
export interface Result {
  status: number
  body: unknown
}

/** A request under an idempotency key. Operation, session and body are its parameters: the same key with others is a mismatch. */
export interface Claim {
  key: string
  /** Who sent it; the same key of another API key is another one (our decision). */
  apiKey: { masked: string, digest: string }
  /** Stands for the method and for the path but its id: under both prefixes it is one operation (our decision). */
  operation: string
  /** The session in the path. */
  sessionId: string | null
  /** As the operation gets it, so that the order of members and their casing do not count. Held, not copied. */
  body: unknown
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

/** A promise only where something has to be waited for: to wait for nothing is a tenth of a replay's price. */
export type Eventually<T> = T | Promise<T>

/**
 * The idempotency keys of a workspace and what was answered under them.
 *
 * Only results are recorded: an operation that throws has changed nothing, and its key stays free (our decision).
 * Requests under a key that is at work wait for its end, whatever that is, and then look again: one of them executes.
 */
export class IdempotencyRecords {
  /** How many records were dropped before their 24 hours were over, because there were too many. */
  evicted = 0
  // A Map, which remembers the order of insertion, and not an LRU cache: nothing is moved when it is used.
  readonly #records = new Map<string, IdempotencyRecord>()
  // One iterator for all evictions: a new one would first have to pass by all that was dropped before.
  #oldest: Iterator<string> | undefined
  readonly #atWork = new Map<string, Promise<unknown>>()

  /**
   * @param max how many records are kept; one more drops the oldest
   * @param now the time, in milliseconds since 1970
   * @param onFirstEviction told once, when the first record had to be dropped
   */
  constructor (private readonly max: number, private readonly now: () => number, private readonly onFirstEviction: () => void) {}

  /** Executes an operation once under a key. Throws, or rejects, with what the operation does. */
  once (claim: Claim, operation: () => Eventually<Result>): Eventually<Outcome> {
    const id = idOf(claim)
    const other = this.#atWork.get(id)
    if (other !== undefined) {
      const again = () => this.once(claim, operation)
      return other.then(again, again)
    }

    const record = this.#records.get(id)
    // one that has expired stays until a result takes its place: a request that fails must change nothing
    if (record === undefined || this.#isExpired(record)) return this.#execute(id, claim, operation)
    if (!isSameRequest(record, claim)) return { kind: 'mismatch' }
    record.replays++
    return { kind: 'replayed', result: record.result }
  }

  /** All records that have not expired, the oldest first. */
  all (): IdempotencyRecord[] {
    return [...this.#records.values()].filter(record => !this.#isExpired(record))
  }

  /** Takes up records that were saved, the oldest first. */
  restore (records: readonly IdempotencyRecord[]): void {
    for (const record of records) this.#add(idOf(record), record)
  }

  /** A clock that was moved back makes no record expire. */
  #isExpired (record: IdempotencyRecord): boolean {
    return this.now() - record.firstSeenAt >= IDEMPOTENCY_WINDOW
  }

  #execute (id: string, claim: Claim, operation: () => Eventually<Result>): Eventually<Outcome> {
    const firstSeenAt = this.now()
    const result = operation()
    if (!(result instanceof Promise)) return this.#record(id, claim, firstSeenAt, result)

    // the record is written in the same turn in which the key is freed: nobody can come in between
    const work = result.then(value => {
      this.#atWork.delete(id)
      return this.#record(id, claim, firstSeenAt, value)
    }, (error: unknown) => {
      this.#atWork.delete(id)
      throw error
    })
    this.#atWork.set(id, work)
    return work
  }

  #record (id: string, { key, apiKey, operation, sessionId, body }: Claim, firstSeenAt: number, result: Result): Outcome {
    this.#add(id, { key, apiKey, operation, sessionId, body, firstSeenAt, result, replays: 0 })
    return { kind: 'executed', result }
  }

  #add (id: string, record: IdempotencyRecord): void {
    this.#records.delete(id) // an expired one: the new one is not to have its place in the order
    this.#records.set(id, record)
    if (this.#records.size > this.max) this.#dropOldest()
  }

  #dropOldest (): void {
    this.#oldest ??= this.#records.keys()
    const id = this.#oldest.next().value as string
    const expired = this.#isExpired(this.#records.get(id) as IdempotencyRecord)
    this.#records.delete(id)
    if (expired) return
    this.evicted++
    if (this.evicted === 1) this.onFirstEviction()
  }
}

function isSameRequest (record: IdempotencyRecord, { operation, sessionId, body }: Claim): boolean {
  return record.operation === operation && record.sessionId === sessionId && isSameJson(record.body, body)
}

/**
 * Whether two values read from JSON are the same, in whatever order their members are. Not `isDeepStrictEqual`, which
 * tells -0 from the 0 that it becomes when a client, or a saved state, writes it again.
 */
function isSameJson (one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (!isObject(one) || !isObject(other) || Array.isArray(one) !== Array.isArray(other)) return false
  const names = Object.keys(one)
  return names.length === Object.keys(other).length &&
    names.every(name => Object.hasOwn(other, name) && isSameJson(one[name], other[name]))
}

function isObject (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** A digest has a fixed length, so that it and the key cannot run together. */
function idOf ({ apiKey, key }: Claim): string {
  return apiKey.digest + key
}
