import { ApiError, type ErrorBody } from '../contract/errors.js'
import type { Fault } from '../domain/faults/rules.js'
import type { JournalEntry } from '../domain/journal/entry.js'
import type { Unmet } from '../domain/journal/verification.js'
import type { Session } from '../domain/sessions/session.js'
import type { ClockState } from '../domain/state.js'
import type { ClockChange } from './routes/clock.js'
import type { IdempotencyKey } from '../domain/idempotency/listed-key.js'
import { callerOf, type Method, queryOf } from './call.js'
import { UnmetExpectation } from './unmet-expectation.js'
import type { Moment, VerifaMock } from './verifa-mock.js'
import { createWebhookControl } from './webhook-client.js'

/** A call of the control plane. */
interface Call {
  method: Method
  path: string
  headers: Record<string, string>
  /** JSON, or nothing. */
  body: string | undefined
}

/** Sends a call to the mock and returns the response: its status, and its body, which may be empty. */
type Transport = (call: Call) => Promise<{ status: number, body: string }>

export interface ClientOptions {
  url: string
  /** The API key whose workspace is controlled, with isolation. */
  apiKey: string | undefined
  /** The token of the control plane, if it needs one. */
  token: string | undefined
  transport: Transport
  close: () => Promise<void>
}

/** Creates the interface of a mock, over any transport. */
export function createClient (options: ClientOptions): VerifaMock {
  const { url, apiKey, token, transport, close } = options
  const headers = {
    ...(apiKey !== undefined && { 'x-api-key': apiKey }),
    ...(token !== undefined && { authorization: `Bearer ${token}` })
  }

  async function call<T> (method: Method, path: string, body?: unknown, caller?: Error): Promise<T> {
    const json = body === undefined ? {} : { 'content-type': 'application/json' }
    const response = await transport({ method, path: `/_mock${path}`, headers: { ...headers, ...json }, body: JSON.stringify(body) })
    const value = parse(url, response.body)
    if (response.status < 400) return value as T
    if (response.status === 409 && caller !== undefined) throw new UnmetExpectation(value as Unmet, caller)
    const { error, detail } = value as ErrorBody
    throw new ApiError(error, response.status, detail)
  }
  const changeClock = async (change: ClockChange) => dateOf(await call<ClockState>('POST', '/clock', change))
  const sessionPath = (id: string) => `/sessions/${encodeURIComponent(id)}`

  return {
    url,
    // as the overload says, one session or several
    seed: async (sessions: object): Promise<Session & Session[]> => call('POST', '/sessions', sessions),
    sessions: async (filter = {}) => (await call<{ data: Session[] }>('GET', `/sessions?${queryOf(filter)}`)).data,
    session: async id => call('GET', sessionPath(id)),
    fixture: async id => call('GET', `${sessionPath(id)}/fixture`),
    replace: async (id, fixture) => call('PUT', `${sessionPath(id)}/fixture`, fixture),
    simulate: async (id, action, options) => call('POST', `${sessionPath(id)}/simulate`, { action, ...options }),
    setStatus: async (id, status, options) => call('PUT', `${sessionPath(id)}/status`, { status, ...options }),
    redact: async id => call('POST', `${sessionPath(id)}/redact`),
    removeSession: async id => call('DELETE', sessionPath(id)),
    requests: async (filter = {}) => (await call<{ data: JournalEntry[] }>('GET', `/requests?${queryOf(filter)}`)).data,
    request: async id => call('GET', `/requests/${encodeURIComponent(id)}`),
    resend: async (id, { idempotencyKey, body } = {}) =>
      call('POST', `/requests/${encodeURIComponent(id)}/resend`, { idempotency_key: idempotencyKey, body }),
    clearRequests: async (filter = {}) => call('DELETE', `/requests?${queryOf(filter)}`),
    verify: async function verify (expectation) {
      return (await call<{ matched: number }>('POST', '/requests/verify', expectation, callerOf(verify))).matched
    },
    faults: {
      add: async rule => call('POST', '/faults', rule),
      list: async () => (await call<{ data: Fault[] }>('GET', '/faults')).data,
      clear: async id => call('DELETE', id === undefined ? '/faults' : `/faults/${encodeURIComponent(id)}`)
    },
    clock: {
      now: async () => dateOf(await call('GET', '/clock')),
      set: async time => changeClock({ set: isoOf(time) }),
      advance: async span => changeClock({ advance: span }),
      freeze: async time => changeClock({ freeze: true, ...(time !== undefined && { set: isoOf(time) }) }),
      reset: async () => dateOf(await call('DELETE', '/clock'))
    },
    webhooks: createWebhookControl(call),
    rateLimits: { set: async change => call('PUT', '/rate-limits', change) },
    idempotencyKeys: async (filter = {}) => (await call<{ data: IdempotencyKey[] }>('GET', `/idempotency-keys?${queryOf(filter)}`)).data,
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
    throw new Error(`${url} is not a verifa-mock: its response is not JSON.`)
  }
}

function isoOf (time: Moment): string {
  return typeof time === 'string' ? time : time.toISOString()
}

function dateOf ({ now }: ClockState): Date {
  return new Date(now)
}
