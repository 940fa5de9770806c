import { Type } from '@sinclair/typebox'
import { oneOf, schemaOf } from '../../contract/schema.js'
import { type Plan, plans } from '../../domain/rate-limits.js'
import type { Environment } from '../../domain/sessions/session.js'
import { operation } from '../operation.js'

/** The rate limit of an API key. */
interface RateLimitStatus {
  rate_limit: {
    limit: number
    remaining: number
    reset_in_seconds: number
    window_seconds: number
  }
  quotas: Record<string, unknown>
  plan: Plan
  environment: Environment
}

const RateLimitStatus = schemaOf<RateLimitStatus>()(Type.Object({
  rate_limit: Type.Object({
    limit: Type.Integer({ description: 'How many requests the API key may make in a minute' }),
    remaining: Type.Integer({ description: 'How many of them are left' }),
    reset_in_seconds: Type.Integer({ description: 'How many seconds the minute still takes' }),
    window_seconds: Type.Integer({ description: 'How many seconds a minute has' })
  }),
  quotas: Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true, description: 'Empty in the mock' }),
  plan: oneOf(plans, { description: 'The plan' }),
  environment: oneOf<Environment>(['live', 'sandbox'], { description: 'The environment of the API key' })
}, { $id: 'RateLimitStatus', description: 'What an API key may still do in a minute' }))

export const getRateLimits = operation({
  id: 'getRateLimits',
  method: 'GET',
  path: '/rate-limits',
  scopes: ['sessions:write'],
  summary: 'Get the rate limits',
  description: 'Returns how many requests the API key may still make. The request itself counts.',
  params: Type.Object({}),
  success: {
    status: 200,
    schema: RateLimitStatus,
    description: 'What the API key may still do',
    examples: {
      unlimited: {
        value: {
          rate_limit: { limit: 1000, remaining: 999, reset_in_seconds: 42, window_seconds: 60 }, quotas: {}, plan: 'enterprise', environment: 'sandbox'
        }
      }
    }
  },
  errors: [],
  reads: () => ({}),
  decide: ({ allowance: { limit, remaining, endsAt }, plan, environment, now }) => ({
    events: [],
    response: {
      status: 200,
      body: {
        rate_limit: { limit, remaining, reset_in_seconds: Math.ceil((endsAt - now) / 1000), window_seconds: 60 },
        quotas: {},
        plan,
        environment
      }
    }
  })
})
