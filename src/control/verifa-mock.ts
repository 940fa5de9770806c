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
  /** Removes one fault, or all. Rejects with a 404 if the fault does not exist. */
  clear (id?: string): Promise<void>
}

/** The clock of a mock. Every call resolves with the new time. */
export interface ClockControl {
  /** Returns the time. */
  now (): Promise<Date>
  /** Sets the time. Resolves when everything that is due by then is done. */
  set (time: Moment): Promise<Date>
  /** Moves the clock; a negative span moves it back. Resolves when everything that is due by then is done. */
  advance (span: Span): Promise<Date>
  /** Stops the clock, at the given time or where it is. */
  freeze (time?: Moment): Promise<Date>
  /** Returns to real time. */
  reset (): Promise<Date>
}

/** The rate limits of a mock. */
export interface RateLimitControl {
  /**
   * Sets how many requests an API key may still make in the next 60 seconds of the mock's clock: with `{ remaining: 0 }` the next request
   * is a 429. It applies to the API key of this control (`withApiKey`), or if it has none, to every key.
   */
  set (change: RateLimitChange): Promise<void>
}

/**
 * Controls a mock: the same interface for a mock in this process (`startVerifaMock`) and for a mock at a URL (`connectVerifaMock`).
 * A call that the mock refuses rejects with an `ApiError`. A call after `close` rejects.
 */
export interface VerifaMock extends AsyncDisposable {
  /** The base URL for your client, such as `http://127.0.0.1:4010`. Add `/api/v1` or leave it out. */
  readonly url: string
  /**
   * Adds a session, in any state. Fields that are left out get defaults. Resolves with the completed session. Rejects with a 409 if a
   * session with its ID exists.
   */
  seed (session: Fixture): Promise<Session>
  /** Adds sessions, all or none. Rejects with a 409 if a session with one of the IDs exists. */
  seed (sessions: readonly Fixture[]): Promise<Session[]>
  /** Returns all sessions, the sandbox first. With a filter, returns a page of the sessions of one environment, newest first. */
  sessions (filter?: SessionQuery): Promise<Session[]>
  /** Returns a session. Rejects with a 404 if it does not exist. */
  session (id: string): Promise<Session>
  /** Returns a session as in a saved state, with its result, links, and everything else that belongs to it. Rejects as `session` does. */
  fixture (id: string): Promise<Fixture>
  /**
   * Replaces a session, and everything that belongs to it, and resolves with the completed session. Fields that are left out get defaults,
   * except for the environment, which stays. No webhook is sent. Rejects with a 404 if the session does not exist.
   */
  replace (id: string, fixture: Fixture): Promise<Session>
  /**
   * Simulates an outcome of an active session of either environment: writes the session and its result, and resolves with the session.
   * `result` overrides fields of the simulated result. Rejects with a 400 if the session is not active.
   */
  simulate (id: string, action: SimulatedAction, options?: { result?: ResultFixture }): Promise<Session>
  /**
   * Sets the status of a session, whatever it was before, and resolves with the session. With the status `completed` or `under_review`,
   * `result` also gives the session a result. Rejects with a 422 if the session has been redacted.
   */
  setStatus (id: string, status: SessionStatus, options?: { result?: ResultFixture }): Promise<Session>
  /**
   * Redacts a session of either environment as the API does, and resolves with the session. Does nothing if the session has already been
   * redacted. Rejects with a 404 if it does not exist.
   */
  redact (id: string): Promise<Session>
  /** Removes a session. Rejects with a 404 if it does not exist. */
  removeSession (id: string): Promise<void>
  /** Returns the matching requests of the journal, oldest first. `limit` returns only that many of the newest. */
  requests (filter?: RequestQuery): Promise<JournalEntry[]>
  /** Returns a request by its ID in the journal. Rejects with a 404 if the journal does not have it. */
  request (id: number): Promise<JournalEntry>
  /**
   * Sends a request of the journal again, with its original API key, and resolves with the journal entry of the new request.
   * `idempotencyKey` and `body` replace the original ones; an `idempotencyKey` of null sends none. Rejects with a 404 if the journal does
   * not have the request, and with a 409 if its body was not read and no `body` is given.
   */
  resend (id: number, options?: { idempotencyKey?: string | null, body?: unknown }): Promise<JournalEntry>
  /** Removes matching requests from the journal; without a filter, all. */
  clearRequests (filter?: RemovedRequests): Promise<void>
  /** Resolves with the number of matching requests if the expectation is met. Otherwise rejects with an `UnmetExpectation`. */
  verify (expectation: Expectation): Promise<number>
  readonly faults: FaultControl
  readonly clock: ClockControl
  readonly webhooks: WebhookControl
  readonly rateLimits: RateLimitControl
  /** Returns the matching idempotency keys that have not expired, oldest first. `limit` returns only that many of the newest. */
  idempotencyKeys (filter?: IdempotencyKeyQuery): Promise<IdempotencyKey[]>
  /** Returns the whole workspace, for `restore` or as fixtures. */
  state (): Promise<State>
  /** Replaces the workspace with a saved state. Journal and faults stay. */
  restore (state: State): Promise<void>
  /** Restores the fixtures, and clears everything else. */
  reset (): Promise<void>
  /** Returns the control of the workspace of an API key, where each key has its own (`isolation`). */
  withApiKey (apiKey: string): VerifaMock
  /** Stops a mock in this process. A mock at a URL keeps running. */
  close (): Promise<void>
}
