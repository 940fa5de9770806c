import { apiError } from '../errors.js'
import type { IdempotencyRecord, IdempotencyRecords } from './idempotency-records.js'
import type { Environment, Session } from './session.js'
import type { Change, Store } from './store.js'
import { StoredSession } from './stored-session.js'
import { type SessionUpdate, updateSession } from './update.js'

/** The store in memory. A step costs the same however many sessions and keys there are. */
export class MemoryStore implements Store {
  readonly #sessions: Record<Environment, Map<string, StoredSession>> = { live: new Map(), sandbox: new Map() }
  readonly #createRecords: () => IdempotencyRecords
  #records: IdempotencyRecords

  constructor (createRecords: () => IdempotencyRecords) {
    this.#createRecords = createRecords
    this.#records = createRecords()
  }

  readonly once: Store['once'] = (claim, operation) => this.#records.once(claim, operation)

  get size (): number {
    return this.#sessions.live.size + this.#sessions.sandbox.size
  }

  get evictedIdempotencyKeys (): number {
    return this.#records.evicted
  }

  * all (): Iterable<StoredSession> {
    yield* this.#sessions.sandbox.values()
    yield* this.#sessions.live.values()
  }

  get (environment: Environment, id: string): StoredSession | undefined {
    return this.#sessions[environment].get(id)
  }

  insert (sessions: readonly Session[]): void {
    const taken = sessions.find(({ id }) => this.#sessions.live.has(id) || this.#sessions.sandbox.has(id))
    if (taken !== undefined) throw apiError('sessionExists', { id: taken.id })
    for (const session of sessions) this.#sessions[session.is_sandbox ? 'sandbox' : 'live'].set(session.id, StoredSession.of(session))
  }

  remove (id: string): boolean {
    return this.#sessions.live.delete(id) || this.#sessions.sandbox.delete(id)
  }

  update (environment: Environment, id: string, update: SessionUpdate, now: number): Change {
    const before = this.get(environment, id)
    if (before === undefined) throw apiError('sessionNotFound')
    const after = updateSession(before, update, now)
    this.#sessions[environment].set(id, after)
    return { before, after }
  }

  idempotencyRecords (): IdempotencyRecord[] {
    return this.#records.all()
  }

  restore (sessions: readonly Session[], records: readonly IdempotencyRecord[]): void {
    this.#sessions.live.clear()
    this.#sessions.sandbox.clear()
    this.insert(sessions)
    // new records: what is in flight ends in the old ones, and comes back into no new world
    this.#records = this.#createRecords()
    this.#records.restore(records)
  }
}
