import fastifyPlugin from 'fastify-plugin'
import { type Allowance, exceededError } from '../../domain/rate-limits.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** What the API key may still do; `undefined` before that is known. */
    allowance: Allowance | undefined
    /** How many sessions the API key may still create; `undefined` where that is not limited. */
    quota: Allowance | undefined
  }
}

const count = (description: string) => ({ type: 'integer', description })

/** The response headers of this plugin, for OpenAPI. */
export const rateLimitResponseHeaders = {
  'X-RateLimit-Limit': count('How many requests the API key may make in a minute'),
  'X-RateLimit-Remaining': count('How many of them are left'),
  'X-RateLimit-Reset': count('When the minute is over, in seconds since 1970')
}

/** The response headers of an operation that creates sessions, where a plan is set, for OpenAPI. */
export const quotaResponseHeaders = {
  'X-Quota-Limit': count('With a plan: how many sessions the API key may create in a minute'),
  'X-Quota-Remaining': count('With a plan: how many of them are left'),
  'X-Quota-Reset': count('With a plan: when the minute is over, in seconds since 1970')
}

/**
 * Counts the request and, where it creates a session, the session. Headers say what is left. One too many is a 429, which uses no
 * idempotency key.
 */
export const rateLimitsPlugin = fastifyPlugin(async app => {
  app.decorateRequest('allowance')
  app.decorateRequest('quota')

  app.addHook('onRequest', (request, reply, done) => {
    const { world: { rateLimits, clock }, apiKey, operation } = request
    const now = clock.now()
    const allowance = request.allowance = rateLimits.takeRequest(apiKey, now)
    reply.headers(allowance.headers)
    if (allowance.exceeded) throw exceededError('rateLimited', allowance, now)
    const quota = request.quota = operation.createsSession === true ? rateLimits.takeCreation(apiKey, now) : undefined
    if (quota !== undefined) {
      reply.headers(quota.headers)
      if (quota.exceeded) throw exceededError('quotaExceeded', quota, now)
    }
    done()
  })
}, { name: 'rate-limits', dependencies: ['api-key'] })
