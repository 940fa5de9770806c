import type { Static } from '@sinclair/typebox'
import type { Fault, FaultRule } from './control/fault-rules.js'
import type { JournalEntry } from './control/journal-entry.js'
import type { ClockChange } from './control/routes/clock.js'
import type { ClockState, IdempotencyKey, State } from './control/state.js'
import type { Expectation, RequestFilter, Unmet } from './control/verification.js'
import { ApiError, type ErrorBody } from './errors.js'
import type { Fixture } from './sessions/fixtures.js'
import type { Session } from './sessions/session.js'

/** A time, as a `Date` or in ISO 8601. */
export type Moment = Date | string

/** A span of time: milliseconds, or text such as `24h` or `23h59m59s`. */
export type Span = number | string

/**
 * Control of a mock: the same for one in this process (`startVerifaMock`) and one behind a URL (`connectVerifaMock`).
 * What the mock refuses rejects with an `ApiError`.
 */
export interface VerifaMock extends AsyncDisposable {
  /** Where the mock is, as `http://127.0.0.1:4010`: the base URL for a client, with or without `/api/v1`. */
  readonly url: string
  /** Adds one session or many; what is left out gets a default. Answers with them complete. */
  seed (session: Fixture): Promise<Session>
  seed (sessions: Fixture[]): Promise<Session[]>
  /** All sessions, those of the sandbox first. */
  sessions (): Promise<Session[]>
  /** One session; rejects with a 404 when there is none. */
  session (id: string): Promise<Session>
  /** Removes a session; rejects with a 404 when there is none. */
  removeSession (id: string): Promise<void>
  /** The requests that match, the oldest first, without a filter all that the journal holds; `limit` keeps the newest. */
  requests (filter?: RequestFilter & { limit?: number }): Promise<JournalEntry[]>
  /** Empties the journal. */
  clearRequests (): Promise<void>
  /** Resolves with the number of matching requests when it is as expected, else rejects with an `UnmetExpectation`. */
  verify (expectation: Expectation): Promise<number>
  readonly faults: {
    /** Adds a fault. */
    add (rule: FaultRule): Promise<Fault>
    /** The faults that are not used up. */
    list (): Promise<Fault[]>
    /** Removes one fault, or all. */
    clear (id?: string): Promise<void>
  }
  readonly clock: {
    now (): Promise<Date>
    /** Puts the clock to a time. */
    set (moment: Moment): Promise<Date>
    /** Moves the clock, with a minus back. */
    advance (span: Span): Promise<Date>
    /** Lets the clock stand still, at the time given or where it is. */
    freeze (moment?: Moment): Promise<Date>
    /** Back to real time. */
    reset (): Promise<Date>
  }
  /** The idempotency keys that have not expired, the oldest first. */
  idempotencyKeys (): Promise<IdempotencyKey[]>
  /** The whole of the workspace, to be put back with `restore` or saved as a fixture file. */
  state (): Promise<State>
  restore (state: State): Promise<void>
  /** Everything as at the start: the fixtures, and nothing else. */
  reset (): Promise<void>
  /** The same mock with the workspace of an API key, where each key has its own (`isolation`). */
  withApiKey (apiKey: string): VerifaMock
  /** Ends what this interface has begun: an embedded mock is stopped, a connected one goes on. */
  close (): Promise<void>
}

/** What was expected of the requests is not so. */
export class UnmetExpectation extends ApiError {
  /** How many requests matched; `undefined` when it cannot be told. */
  readonly matched: number | undefined
  /** The nearest request, and the first part of it that did not match. */
  readonly closest: Unmet['closest']

  constructor ({ error, detail, status_code: status, matched, closest }: Unmet) {
    super(error, status, detail)
    this.matched = matched
    this.closest = closest
  }
}

/** A call of the control plane. */
interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: string
  headers: Record<string, string>
  /** JSON, or nothing. */
  body: string | undefined
}

/** Carries a call to the mock and brings back the answer's status and its body, empty when there is none. */
type Transport = (call: Call) => Promise<{ status: number, body: string }>

export interface ClientOptions {
  url: string
  /** The API key whose workspace is controlled, where each key has its own. */
  apiKey: string | undefined
  /** The token of the control plane, if it asks for one. */
  token: string | undefined
  transport: Transport
  close: () => Promise<void>
}

/** The interface of a mock, over whatever carries its calls. */
export function createClient (options: ClientOptions): VerifaMock {
  const { url, apiKey, token, transport, close } = options
  const headers = {
    ...(apiKey !== undefined && { 'x-api-key': apiKey }),
    ...(token !== undefined && { authorization: `Bearer ${token}` })
  }
  const call = async <T>(method: Call['method'], path: string, body?: unknown): Promise<T> => {
    const json = body === undefined ? {} : { 'content-type': 'application/json' }
    const answer = await transport({ method, path: `/_mock${path}`, headers: { ...headers, ...json }, body: JSON.stringify(body) })
    const value = parse(url, answer.body)
    if (answer.status < 400) return value as T
    if (answer.status === 409 && path === '/requests/verify') throw new UnmetExpectation(value as Unmet)
    const { error, detail } = value as ErrorBody
    throw new ApiError(error, answer.status, detail)
  }
  const changeClock = async (change: Static<typeof ClockChange>) => dateOf(await call<ClockState>('POST', '/clock', change))

  return {
    url,
    seed: async (sessions: Fixture | Fixture[]) => call('POST', '/sessions', sessions),
    sessions: async () => (await call<{ data: Session[] }>('GET', '/sessions')).data,
    session: async id => call('GET', `/sessions/${encodeURIComponent(id)}`),
    removeSession: async id => call('DELETE', `/sessions/${encodeURIComponent(id)}`),
    requests: async (filter = {}) => (await call<{ data: JournalEntry[] }>('GET', `/requests?${queryOf(filter)}`)).data,
    clearRequests: async () => call('DELETE', '/requests'),
    verify: async expectation => (await call<{ matched: number }>('POST', '/requests/verify', expectation)).matched,
    faults: {
      add: async rule => call('POST', '/faults', rule),
      list: async () => (await call<{ data: Fault[] }>('GET', '/faults')).data,
      clear: async id => call('DELETE', id === undefined ? '/faults' : `/faults/${encodeURIComponent(id)}`)
    },
    clock: {
      now: async () => dateOf(await call('GET', '/clock')),
      set: async moment => changeClock({ set: isoOf(moment) }),
      advance: async span => changeClock({ advance: span }),
      freeze: async moment => changeClock({ freeze: true, ...(moment !== undefined && { set: isoOf(moment) }) }),
      reset: async () => dateOf(await call('DELETE', '/clock'))
    },
    idempotencyKeys: async () => (await call<{ data: IdempotencyKey[] }>('GET', '/idempotency-keys')).data,
    state: async () => call('GET', '/state'),
    restore: async state => call('PUT', '/state', state),
    reset: async () => call('POST', '/reset'),
    withApiKey: apiKey => createClient({ ...options, apiKey, close: async () => undefined }),
    close,
    [Symbol.asyncDispose]: close
  }
}

function parse (url: string, body: string): unknown {
  try {
    return body === '' ? undefined : JSON.parse(body)
  } catch {
    throw new Error(`${url} is no verifa-mock: it answers with something that is not JSON.`)
  }
}

function queryOf (filter: object): string {
  return new URLSearchParams(Object.entries(filter as Record<string, unknown>)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]): [string, string] => [name, String(value)])).toString()
}

function isoOf (moment: Moment): string {
  return typeof moment === 'string' ? moment : moment.toISOString()
}

function dateOf ({ now }: ClockState): Date {
  return new Date(now)
}
