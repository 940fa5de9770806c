import { Type } from '@sinclair/typebox'
import { type ApiError, apiError, type ErrorName } from '../contract/errors.js'
import { schemaOf } from '../contract/schema.js'
import type { ApiKey } from './api-keys.js'

/** The vendor's plans. */
export const plans = ['free', 'starter', 'professional', 'enterprise'] as const
export type Plan = typeof plans[number]

/** How many requests, and how many new sessions, an API key may make in a minute (the vendor's page). */
const requestsOf: Record<Plan, number> = { free: 300, starter: 600, professional: 1000, enterprise: 1000 }
const creationsOf: Record<Plan, number> = { free: 50, starter: 100, professional: 150, enterprise: 300 }
const PUBLISHABLE_REQUESTS = 10

/** What the headers say where nothing is limited (our decision). */
const UNLIMITED = 1000

const MINUTE = 60_000

/** How many API keys are counted. Beyond that, the oldest minute is dropped. */
const MAX_KEYS = 10_000

export interface RateLimitOptions {
  /** The plan whose limits apply; `undefined` limits nothing. */
  plan?: Plan | undefined
  /** A limit of requests in a minute, in place of a plan's. */
  rateLimit?: number | undefined
}

/** What an API key may still do in a minute. */
export interface Allowance {
  readonly limit: number
  readonly remaining: number
  /** When the minute is over, in milliseconds since 1970. */
  readonly endsAt: number
  /** Whether the request was one too many. */
  readonly exceeded: boolean
  /** The response headers that say so, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>
}

/** A change of what is left of a rate limit. */
export interface RateLimitChange {
  /** How many requests are left for the next 60 seconds of the mock's clock; with 0 the next one is a 429. */
  remaining: number
}

export const RateLimitChange = schemaOf<RateLimitChange>()(Type.Object({
  remaining: Type.Integer({
    minimum: 0, maximum: 1_000_000, description: 'How many requests are left for the next 60 seconds of the mock\'s clock; with 0 the next one is a 429'
  })
}, { $id: 'RateLimitChange', additionalProperties: false, description: 'A change of what is left of a rate limit' }))

interface Window {
  limit: number
  remaining: number
  endsAt: number
}

/** Counts the requests of each API key in fixed minutes of the world's clock. */
export class RateLimits {
  readonly #options: RateLimitOptions
  readonly #requests = new Map<string, Window>()
  readonly #creations = new Map<string, Window>()
  /** What every API key has left, where a test has set it. */
  #all: Window | undefined
  /** What every request gets where nothing is limited. It is the same for a whole minute, so that its headers are made once. */
  #unlimited = allowanceOf('ratelimit', { limit: UNLIMITED, remaining: UNLIMITED - 1, endsAt: 0 }, false)

  constructor (options: RateLimitOptions) {
    this.#options = options
  }

  /** The plan, as the API shows it. */
  get plan (): Plan {
    return this.#options.plan ?? 'enterprise'
  }

  /** Counts a request. */
  takeRequest ({ digest, publishable }: ApiKey, now: number): Allowance {
    const { plan, rateLimit = plan && requestsOf[plan] } = this.#options
    const window = current(this.#requests.get(digest), now)
    if (window !== undefined) return take('ratelimit', window)
    const all = current(this.#all, now)
    if (all === undefined && rateLimit === undefined) {
      const endsAt = endOfMinute(now)
      if (this.#unlimited.endsAt !== endsAt) this.#unlimited = allowanceOf('ratelimit', { ...this.#unlimited, endsAt }, false)
      return this.#unlimited
    }
    const limit = plan !== undefined && publishable ? PUBLISHABLE_REQUESTS : rateLimit ?? UNLIMITED
    const opened = all === undefined ? { limit, remaining: limit, endsAt: endOfMinute(now) } : { ...all }
    open(this.#requests, digest, opened)
    return take('ratelimit', opened)
  }

  /** Counts the creation of a session; `undefined` where there is no quota. */
  takeCreation ({ digest }: ApiKey, now: number): Allowance | undefined {
    const { plan } = this.#options
    if (plan === undefined) return undefined
    let window = current(this.#creations.get(digest), now)
    if (window === undefined) {
      const limit = creationsOf[plan]
      open(this.#creations, digest, window = { limit, remaining: limit, endsAt: endOfMinute(now) })
    }
    return take('quota', window)
  }

  /**
   * Sets how many requests are left for the next 60 seconds, for one API key or for all. A minute of its own, because the current one may
   * end before the request that a test is about.
   */
  set (apiKey: ApiKey | undefined, remaining: number, now: number): void {
    const window = { limit: Math.max(UNLIMITED, remaining), remaining, endsAt: now + MINUTE }
    if (apiKey !== undefined) {
      open(this.#requests, apiKey.digest, window)
      return
    }
    this.#all = window
    this.#requests.clear()
  }
}

/** The error of a request that was one too many. */
export function exceededError (name: Extract<ErrorName, 'rateLimited' | 'quotaExceeded'>, { endsAt }: Allowance, now: number): ApiError {
  const seconds = String(Math.ceil((endsAt - now) / 1000))
  return apiError(name, { seconds }, { headers: { 'retry-after': seconds } })
}

/** Opens a window. The windows are in the order in which they were opened. */
function open (windows: Map<string, Window>, digest: string, window: Window): void {
  windows.delete(digest)
  windows.set(digest, window)
  if (windows.size > MAX_KEYS) windows.delete(windows.keys().next().value as string)
}

/** A window that has not ended. One that lies ahead, because the clock was moved back, does not count. */
function current (window: Window | undefined, now: number): Window | undefined {
  return window !== undefined && now < window.endsAt && now >= window.endsAt - MINUTE ? window : undefined
}

function endOfMinute (now: number): number {
  return (Math.floor(now / MINUTE) + 1) * MINUTE
}

/** Takes one out of what is left, if something is. */
function take (name: 'ratelimit' | 'quota', window: Window): Allowance {
  const exceeded = window.remaining === 0
  if (!exceeded) window.remaining--
  return allowanceOf(name, window, exceeded)
}

function allowanceOf (name: 'ratelimit' | 'quota', { limit, remaining, endsAt }: Window, exceeded: boolean): Allowance {
  const headers = {
    [`x-${name}-limit`]: String(limit),
    [`x-${name}-remaining`]: String(remaining),
    [`x-${name}-reset`]: String(Math.ceil(endsAt / 1000))
  }
  return { limit, remaining, endsAt, exceeded, headers }
}
