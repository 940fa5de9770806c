import { Type } from '@sinclair/typebox'
import { LRUCache } from 'lru-cache'
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

/** How many API keys are counted. Beyond that, the count of the least recently used key is dropped. */
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
  readonly #requests = new LRUCache<string, Window>({ max: MAX_KEYS })
  readonly #creations = new LRUCache<string, Window>({ max: MAX_KEYS })
  /** What every API key has left, where a test has set it. */
  #all: Window | undefined

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
    if (window !== undefined) return take(window)
    const all = current(this.#all, now)
    if (all === undefined && rateLimit === undefined) {
      return { limit: UNLIMITED, remaining: UNLIMITED - 1, endsAt: endOfMinute(now), exceeded: false }
    }
    const limit = plan !== undefined && publishable ? PUBLISHABLE_REQUESTS : rateLimit ?? UNLIMITED
    const opened = all === undefined ? { limit, remaining: limit, endsAt: endOfMinute(now) } : { ...all }
    this.#requests.set(digest, opened)
    return take(opened)
  }

  /** Counts the creation of a session; `undefined` where there is no quota. */
  takeCreation ({ digest }: ApiKey, now: number): Allowance | undefined {
    const { plan } = this.#options
    if (plan === undefined) return undefined
    let window = current(this.#creations.get(digest), now)
    if (window === undefined) {
      const limit = creationsOf[plan]
      this.#creations.set(digest, window = { limit, remaining: limit, endsAt: endOfMinute(now) })
    }
    return take(window)
  }

  /**
   * Sets how many requests are left for the next 60 seconds, for one API key or for all. A minute of its own, because the current one may
   * end before the request that a test is about.
   */
  set (apiKey: ApiKey | undefined, remaining: number, now: number): void {
    const window = { limit: Math.max(UNLIMITED, remaining), remaining, endsAt: now + MINUTE }
    if (apiKey !== undefined) {
      this.#requests.set(apiKey.digest, window)
      return
    }
    this.#all = window
    this.#requests.clear()
  }
}

/** The headers that say how many requests are left. */
export function rateLimitHeaders ({ limit, remaining, endsAt }: Allowance): Record<string, string> {
  return { 'x-ratelimit-limit': String(limit), 'x-ratelimit-remaining': String(remaining), 'x-ratelimit-reset': secondsOf(endsAt) }
}

/** The headers that say how many new sessions are left. */
export function quotaHeaders ({ limit, remaining, endsAt }: Allowance): Record<string, string> {
  return { 'x-quota-limit': String(limit), 'x-quota-remaining': String(remaining), 'x-quota-reset': secondsOf(endsAt) }
}

/** The error of a request that was one too many. */
export function exceededError (name: Extract<ErrorName, 'rateLimited' | 'quotaExceeded'>, { endsAt }: Allowance, now: number): ApiError {
  const seconds = String(Math.ceil((endsAt - now) / 1000))
  return apiError(name, { seconds }, { headers: { 'retry-after': seconds } })
}

/** A window that has not ended. One that lies ahead, because the clock was moved back, does not count. */
function current (window: Window | undefined, now: number): Window | undefined {
  return window !== undefined && now < window.endsAt && now >= window.endsAt - MINUTE ? window : undefined
}

function secondsOf (time: number): string {
  return String(Math.ceil(time / 1000))
}

function endOfMinute (now: number): number {
  return (Math.floor(now / MINUTE) + 1) * MINUTE
}

function take (window: Window): Allowance {
  const exceeded = window.remaining === 0
  if (!exceeded) window.remaining--
  return { limit: window.limit, remaining: window.remaining, endsAt: window.endsAt, exceeded }
}
