import { apiError } from '../errors.js'
import type { IdempotencyRecords } from './idempotency-records.js'
import type { Environment, Session } from './session.js'
import type { Store } from './store.js'
import { type SessionUpdate, updateSession } from './update.js'

/** The store in memory. A step costs the same however many sessions and keys there are. */
export class MemoryStore implements Store {
  readonly #sessions: Record<Environment, Map<string, Session>> = { live: new Map(), sandbox: new Map() }

  constructor (private readonly records: IdempotencyRecords) {}

  readonly once: Store['once'] = (...request) => this.records.once(...request)

  get size (): number {
    return this.#sessions.live.size + this.#sessions.sandbox.size
  }

  get evictedIdempotencyKeys (): number {
    return this.records.evicted
  }

  * all (): Iterable<Session> {
    yield* this.#sessions.sandbox.values()
    yield* this.#sessions.live.values()
  }

  get (environment: Environment, id: string): Session | undefined {
    return this.#sessions[environment].get(id)
  }

  insert (sessions: readonly Session[]): void {
    const taken = sessions.find(({ id }) => this.#sessions.live.has(id) || this.#sessions.sandbox.has(id))
    if (taken !== undefined) throw apiError('sessionExists', { id: taken.id })
    for (const session of sessions) this.#sessions[session.is_sandbox ? 'sandbox' : 'live'].set(session.id, session)
  }

  update (environment: Environment, id: string, update: SessionUpdate, now: number): Session {
    const session = this.get(environment, id)
    if (session === undefined) throw apiError('sessionNotFound')
    const updated = updateSession(session, update, now)
    this.#sessions[environment].set(id, updated)
    return updated
  }
}
