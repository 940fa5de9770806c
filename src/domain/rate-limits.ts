import { Type } from '@sinclair/typebox'
import { type ApiError, apiError, type ErrorName } from '../contract/errors.js'
import { schemaOf } from '../contract/schema.js'
import type { ApiKey } from './api-keys.js'
import { settingIn } from './settings.js'
import type { Store } from './store.js'

/** The vendor's plans. */
export const plans = ['free', 'starter', 'professional', 'enterprise'] as const
export type Plan = typeof plans[number]

/** How many requests and new sessions an API key may make per minute (the vendor's page). */
const requestsOf: Record<Plan, number> = { free: 300, starter: 600, professional: 1000, enterprise: 1000 }
const creationsOf: Record<Plan, number> = { free: 50, starter: 100, professional: 150, enterprise: 300 }
const PUBLISHABLE_REQUESTS = 10

/** The limit in the headers when nothing is limited (our decision). */
const UNLIMITED = 1000

const MINUTE = 60_000

/** How many windows are kept. Beyond that, the oldest is dropped. */
export const MAX_WINDOWS = 10_000

export interface RateLimitOptions {
  /** The plan whose limits apply; `undefined` limits nothing. */
  plan?: Plan | undefined
  /** A limit of requests per minute, in place of a plan's. */
  rateLimit?: number | undefined
}

/** How many requests or sessions an API key has left in the current minute. */
export interface Allowance {
  readonly limit: number
  readonly remaining: number
  /** When the minute is over, in milliseconds since 1970. */
  readonly endsAt: number
  /** Whether the request exceeded the limit. */
  readonly exceeded: boolean
  /** The response headers for the limit, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>
}

/** A change of a rate limit. */
export interface RateLimitChange {
  /** How many requests are left for the next 60 seconds of the mock's clock; with 0, the next request is a 429. */
  remaining: number
}

export const RateLimitChange = schemaOf<RateLimitChange>()(Type.Object({
  remaining: Type.Integer({
    minimum: 0, maximum: 1_000_000, description: 'How many requests are left for the next 60 seconds of the mock\'s clock; with 0 the next one is a 429'
  })
}, { $id: 'RateLimitChange', additionalProperties: false, description: 'A change of what is left of a rate limit' }))

/** A minute in which the requests, or the new sessions, of an API key are counted. */
export interface RateWindow {
  readonly id: string
  readonly limit: number
  readonly remaining: number
  /** When the minute is over, in milliseconds since 1970. */
  readonly endsAt: number
}

/** Whether a call of the control plane has set how many requests are left. */
export interface RateLimitsSetting {
  readonly id: 'rateLimits'
  readonly isSet: boolean
  /** A number that grows when the limit is set for all API keys: windows of an earlier round do not count. */
  readonly round: number
}

/** The result of counting a request. */
export interface Counted {
  allowance: Allowance
  /** How many more sessions the API key may create; `undefined` if that is not limited. */
  quota: Allowance | undefined
}

/** Counts the requests of each API key in fixed minutes of the world's clock. */
export class RateLimits {
  readonly #options: RateLimitOptions
  readonly #store: Store
  /** The allowance of every request when nothing is limited. It is the same for a whole minute, so that its headers are created once. */
  #unlimited = allowanceOf('ratelimit', { limit: UNLIMITED, remaining: UNLIMITED - 1, endsAt: 0 }, false)

  constructor (options: RateLimitOptions, store: Store) {
    this.#options = options
    this.#store = store
  }

  /** The plan, as the API shows it. */
  get plan (): Plan {
    return this.#options.plan ?? 'enterprise'
  }

  /** Whether requests have to be counted. If not, each request gets `unlimited`. */
  get isLimited (): boolean {
    const { plan, rateLimit } = this.#options
    return plan !== undefined || rateLimit !== undefined || this.#store.setting('rateLimits').isSet
  }

  /** The allowance of a request when nothing is limited. */
  unlimited (now: number): Allowance {
    const endsAt = endOfMinute(now)
    if (this.#unlimited.endsAt !== endsAt) this.#unlimited = allowanceOf('ratelimit', { ...this.#unlimited, endsAt }, false)
    return this.#unlimited
  }

  /** Counts a request and, if it creates a session and is allowed, the session. */
  async count (apiKey: ApiKey, createsSession: boolean): Promise<Counted> {
    const { round } = this.#store.setting('rateLimits')
    const [own, all, creations] = [requestsId(apiKey.digest, round), requestsId('', round), `creations:${apiKey.digest}`]
    const { counted } = await this.#store.transact({ rates: [own, all, creations] }, ({ rates: [its, ofAll, created] }, now) => {
      const { allowance, window } = this.#countRequest(apiKey, own, current(its, now), current(ofAll, now), now)
      const session = createsSession && !allowance.exceeded ? this.#countCreation(creations, current(created, now), now) : undefined
      const windows = [window, session?.window].filter(window => window !== undefined)
      // a new window becomes the newest document, because the store evicts the oldest
      const begun = [[its, window], [created, session?.window]].filter(([before, after]) => before?.endsAt !== after?.endsAt)
      return {
        deletes: { rates: begun.flatMap(([, after]) => after?.id ?? []) },
        puts: { rates: windows },
        counted: { allowance, quota: session?.quota }
      }
    })
    return counted
  }

  #countRequest (
    { publishable }: ApiKey, id: string, own: RateWindow | undefined, all: RateWindow | undefined, now: number
  ): { allowance: Allowance, window?: RateWindow } {
    const { plan, rateLimit = plan && requestsOf[plan] } = this.#options
    if (own === undefined && all === undefined && rateLimit === undefined) return { allowance: this.unlimited(now) }
    const limit = plan !== undefined && publishable ? PUBLISHABLE_REQUESTS : rateLimit ?? UNLIMITED
    const before = own ?? (all === undefined ? { id, limit, remaining: limit, endsAt: endOfMinute(now) } : { ...all, id })
    return { allowance: take('ratelimit', before), window: less(before) }
  }

  #countCreation (id: string, own: RateWindow | undefined, now: number): { quota: Allowance, window: RateWindow } | undefined {
    const { plan } = this.#options
    if (plan === undefined) return undefined
    const before = own ?? { id, limit: creationsOf[plan], remaining: creationsOf[plan], endsAt: endOfMinute(now) }
    return { quota: take('quota', before), window: less(before) }
  }

  /**
   * Sets how many requests are left for the next 60 seconds, for one API key or for all. This begins a new window, because the current
   * one may end before the test sends its request.
   */
  async set (apiKey: ApiKey | undefined, remaining: number): Promise<void> {
    await this.#store.transact({ settings: ['rateLimits'] }, (found, now) => {
      const before = settingIn(found, 'rateLimits')
      const round = apiKey === undefined ? before.round + 1 : before.round
      const id = requestsId(apiKey?.digest ?? '', round)
      const window = { id, limit: Math.max(UNLIMITED, remaining), remaining, endsAt: now + MINUTE }
      return { deletes: { rates: [id] }, puts: { settings: [{ ...before, isSet: true, round }], rates: [window] } }
    })
  }
}

/** The ID of the window in which the requests of an API key are counted. With an empty digest, the ID of the window for all keys. */
function requestsId (digest: string, round: number): string {
  return `requests:${round}:${digest}`
}

/** The error of a request that exceeds a limit. */
export function exceededError (name: Extract<ErrorName, 'rateLimited' | 'quotaExceeded'>, { endsAt }: Allowance, now: number): ApiError {
  const seconds = String(Math.ceil((endsAt - now) / 1000))
  return apiError(name, { seconds }, { headers: { 'retry-after': seconds } })
}

/** The window, if it has not ended. A window in the future, after the clock was moved back, does not count. */
function current (window: RateWindow | undefined, now: number): RateWindow | undefined {
  return window !== undefined && now < window.endsAt && now >= window.endsAt - MINUTE ? window : undefined
}

function endOfMinute (now: number): number {
  return (Math.floor(now / MINUTE) + 1) * MINUTE
}

/** The allowance after taking one from a window, if any is left. */
function take (name: 'ratelimit' | 'quota', before: RateWindow): Allowance {
  return allowanceOf(name, less(before), before.remaining === 0)
}

function less (before: RateWindow): RateWindow {
  return { ...before, remaining: Math.max(before.remaining - 1, 0) }
}

function allowanceOf (name: 'ratelimit' | 'quota', { limit, remaining, endsAt }: Omit<RateWindow, 'id'>, exceeded: boolean): Allowance {
  const headers = {
    [`x-${name}-limit`]: String(limit),
    [`x-${name}-remaining`]: String(remaining),
    [`x-${name}-reset`]: String(Math.ceil(endsAt / 1000))
  }
  return { limit, remaining, endsAt, exceeded, headers }
}
