import type { Fault, FaultRule } from '../domain/faults/rules.js'
import type { Fixture } from '../domain/fixtures/fixture.js'
import type { JournalEntry } from '../domain/journal/entry.js'
import type { RemovedRequests, RequestQuery } from '../domain/journal/query.js'
import type { Expectation } from '../domain/journal/verification.js'
import type { ResultFixture } from '../domain/fixtures/result-fixture.js'
import type { Session, SessionStatus } from '../domain/sessions/session.js'
import type { SessionQuery } from '../domain/sessions/session-query.js'
import type { SimulatedAction } from '../domain/sessions/simulate.js'
import type { State } from '../domain/state.js'
import type { RateLimitChange } from '../domain/rate-limits.js'
import type { IdempotencyKey, IdempotencyKeyQuery } from '../domain/idempotency/listed-key.js'
import type { WebhookControl } from './webhook-control.js'

/** A time, as a `Date` or in ISO 8601. */
export type Moment = Date | string

/** A span of time: milliseconds, or text such as `24h` or `23h59m59s`. */
export type Span = number | string

/** The faults of a mock. */
export interface FaultControl {
  /** Adds a fault. */
  add (rule: FaultRule): Promise<Fault>
  /** Returns the faults that are not used up. */
  list (): Promise<Fault[]>
  /** Removes one fault, or all. Rejects with a 404 when the fault is not there. */
  clear (id?: string): Promise<void>
}

/** The clock of a mock. Every call resolves with the time that the clock shows then. */
export interface ClockControl {
  /** Returns the time. */
  now (): Promise<Date>
  /** Sets the time. Resolves when everything that is due by then is done. */
  set (time: Moment): Promise<Date>
  /** Moves the clock; with a minus back. Resolves when everything that is due by then is done. */
  advance (span: Span): Promise<Date>
  /** Stops the clock, at the given time or where it is. */
  freeze (time?: Moment): Promise<Date>
  /** Returns to real time. */
  reset (): Promise<Date>
}

/** The rate limits of a mock. */
export interface RateLimitControl {
  /**
   * Sets how many requests are left for the next 60 seconds of the mock's clock, for the API key of this control (`withApiKey`), or without
   * one for every key: with `{ remaining: 0 }` the next request is a 429.
   */
  set (change: RateLimitChange): Promise<void>
}

/**
 * Control of a mock: the same for a mock in this process (`startVerifaMock`) and for one behind a URL (`connectVerifaMock`).
 * A call that the mock refuses rejects with an `ApiError`. A call after `close` rejects.
 */
export interface VerifaMock extends AsyncDisposable {
  /** The base URL for a client, such as `http://127.0.0.1:4010`. It works with and without `/api/v1`. */
  readonly url: string
  /**
   * Adds a session, in any state. What is left out gets a default. Resolves with the completed session. Rejects with a 409 when its ID is
   * taken.
   */
  seed (session: Fixture): Promise<Session>
  /** Adds sessions. Rejects with a 409 when one of their IDs is taken, and then adds none. */
  seed (sessions: readonly Fixture[]): Promise<Session[]>
  /** Returns all sessions, those of the sandbox first; with a filter a page of those of one environment, the newest first. */
  sessions (filter?: SessionQuery): Promise<Session[]>
  /** Returns a session; rejects with a 404 when it is not there. */
  session (id: string): Promise<Session>
  /** Returns a session as a saved state has it: with its result, its links, and what else belongs to it. Rejects as `session` does. */
  fixture (id: string): Promise<Fixture>
  /**
   * Replaces a session, and what belongs to it, and resolves with the completed session. What is left out gets a default, except for the
   * environment, which stays. No webhook is sent. Rejects with a 404 when the session is not there.
   */
  replace (id: string, fixture: Fixture): Promise<Session>
  /**
   * Simulates an outcome of an active session of either environment: writes the session and its result, and resolves with the session.
   * `result` has fields of the result in place of the simulated ones. Rejects with a 400 when the session is not active.
   */
  simulate (id: string, action: SimulatedAction, options?: { result?: ResultFixture }): Promise<Session>
  /**
   * Gives a session any status, whatever it had before, and resolves with the session. `result` gives it a result too, with the status
   * `completed` or `under_review`. Rejects with a 422 when the session has been redacted.
   */
  setStatus (id: string, status: SessionStatus, options?: { result?: ResultFixture }): Promise<Session>
  /**
   * Redacts a session of either environment as the API does, and resolves with the session. One that has been redacted stays as it is.
   * Rejects with a 404 when it is not there.
   */
  redact (id: string): Promise<Session>
  /** Removes a session; rejects with a 404 when it is not there. */
  removeSession (id: string): Promise<void>
  /** Returns the requests of the journal that match, the oldest first; with `limit` only the newest so many. */
  requests (filter?: RequestQuery): Promise<JournalEntry[]>
  /** Returns one request by its ID in the journal; rejects with a 404 when it is not there. */
  request (id: number): Promise<JournalEntry>
  /**
   * Sends a request of the journal again, with the API key that it had, and resolves with what it becomes in the journal. `idempotencyKey`
   * and `body` replace what it had; with null it has no key. Rejects with a 404 when the request is not there, with a 409 when its body was
   * not read and none is given.
   */
  resend (id: number, options?: { idempotencyKey?: string | null, body?: unknown }): Promise<JournalEntry>
  /** Removes the requests that match from the journal; without a filter all. */
  clearRequests (filter?: RemovedRequests): Promise<void>
  /** Resolves with the number of matching requests when the expectation is met; else rejects with an `UnmetExpectation`. */
  verify (expectation: Expectation): Promise<number>
  readonly faults: FaultControl
  readonly clock: ClockControl
  readonly webhooks: WebhookControl
  readonly rateLimits: RateLimitControl
  /** Returns the idempotency keys that match and have not expired, the oldest first; with `limit` only the newest so many. */
  idempotencyKeys (filter?: IdempotencyKeyQuery): Promise<IdempotencyKey[]>
  /** Returns the whole workspace, for `restore` or as fixtures. */
  state (): Promise<State>
  /** Replaces the workspace by a saved state. Journal and faults stay. */
  restore (state: State): Promise<void>
  /** Returns to the fixtures. Clears everything else. */
  reset (): Promise<void>
  /** Returns the control of the workspace of an API key, where each key has its own (`isolation`). */
  withApiKey (apiKey: string): VerifaMock
  /** Stops a mock in this process. A mock behind a URL goes on. */
  close (): Promise<void>
}
