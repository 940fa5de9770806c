import type { Claim, Eventually, IdempotencyRecord, Outcome, Result } from './idempotency-records.js'
import type { Environment, Session } from './session.js'
import type { StoredSession } from './stored-session.js'
import type { SessionUpdate } from './update.js'

/** A session before and after an update. */
export interface Change {
  before: StoredSession
  after: StoredSession
}

/**
 * Where a workspace keeps its sessions and idempotency keys. It is asked for whole steps, each done entirely or not at
 * all, so that a store shared by several processes can make each of them one transaction.
 */
export interface Store {
  /** How many sessions there are, in both environments. */
  readonly size: number

  /** How many idempotency keys were dropped before their 24 hours were over, because there were too many. */
  readonly evictedIdempotencyKeys: number

  /** All sessions: the sandbox's, then the live ones, each in the order in which they were added. */
  all (): Iterable<StoredSession>

  /** The session with this id in this environment. */
  get (environment: Environment, id: string): StoredSession | undefined

  /**
   * Adds sessions: all of them, or none.
   * @throws ApiError 409 when an id is taken, in whichever environment
   */
  insert (sessions: readonly Session[]): void

  /** Removes a session, in whichever environment; says whether it was there. */
  remove (id: string): boolean

  /**
   * Applies an update.
   * @param now the time of the update, in milliseconds since 1970
   * @throws ApiError 404 when there is no such session in this environment, 422 when it has been redacted
   */
  update (environment: Environment, id: string, update: SessionUpdate, now: number): Change

  /** Executes an operation once under an idempotency key; see `IdempotencyRecords`. */
  once (claim: Claim, operation: () => Eventually<Result>): Eventually<Outcome>

  /** The idempotency keys that have not expired, the oldest first. */
  idempotencyRecords (): IdempotencyRecord[]

  /** Puts these sessions and idempotency keys in the place of all there are. What is still executed belongs to the old ones. */
  restore (sessions: readonly Session[], records: readonly IdempotencyRecord[]): void
}
