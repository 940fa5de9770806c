import type { Outcome, Result } from './idempotency-records.js'
import type { Environment, Session } from './session.js'
import type { SessionUpdate } from './update.js'

/**
 * Where a workspace keeps its sessions and idempotency keys. It is asked for whole steps, each done entirely or not at
 * all, so that a store shared by several processes can make each of them one transaction.
 */
export interface Store {
  /** How many sessions there are, in both environments. */
  readonly size: number

  /** All sessions: the sandbox's, then the live ones, each in the order in which they were added. */
  all (): Iterable<Session>

  /** The session with this id in this environment. */
  get (environment: Environment, id: string): Session | undefined

  /**
   * Adds sessions: all of them, or none.
   * @throws ApiError 409 when an id is taken, in whichever environment
   */
  insert (sessions: readonly Session[]): void

  /**
   * Applies an update and answers with the updated session.
   * @param now the time of the update, in milliseconds since 1970
   * @throws ApiError 404 when there is no such session in this environment, 422 when it has been redacted
   */
  update (environment: Environment, id: string, update: SessionUpdate, now: number): Session

  /** How many idempotency keys were dropped before their 24 hours were over, because there were too many. */
  readonly evictedIdempotencyKeys: number

  /** Executes an operation once under an idempotency key; see `IdempotencyRecords`. */
  once (key: string, fingerprint: string, operation: () => Promise<Result>): Promise<Outcome>
}
