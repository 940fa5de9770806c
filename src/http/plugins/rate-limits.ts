import fastifyPlugin from 'fastify-plugin'
import type { ApiError } from '../../contract/errors.js'
import { type Allowance, exceededError } from '../../domain/rate-limits.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** How many more requests the API key may make; `undefined` before that is known. */
    allowance: Allowance | undefined
    /** How many more sessions the API key may create; `undefined` if that is not limited. */
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

/** With a plan, the response headers of an operation that creates sessions, for OpenAPI. */
export const quotaResponseHeaders = {
  'X-Quota-Limit': count('With a plan: how many sessions the API key may create in a minute'),
  'X-Quota-Remaining': count('With a plan: how many of them are left'),
  'X-Quota-Reset': count('With a plan: when the minute is over, in seconds since 1970')
}

/**
 * Counts the request and, if it creates a session, the session. Headers show how many are left. A request over the limit is a 429, which
 * does not use its idempotency key.
 */
export const rateLimitsPlugin = fastifyPlugin(async app => {
  app.decorateRequest('allowance')
  app.decorateRequest('quota')

  app.addHook('onRequest', (request, reply, done) => {
    const { world: { rateLimits, clock }, apiKey, operation } = request
    if (!rateLimits.isLimited) {
      const allowance = request.allowance = rateLimits.unlimited(clock.now())
      reply.headers(allowance.headers)
      done()
      return
    }
    rateLimits.count(apiKey, operation.createsSession === true).then(({ allowance, quota }) => {
      request.allowance = allowance
      request.quota = quota
      reply.headers({ ...allowance.headers, ...quota?.headers })
      done(refusalOf(allowance, quota, clock.now()))
    }, done)
  })
}, { name: 'rate-limits', dependencies: ['api-key'] })

function refusalOf (allowance: Allowance, quota: Allowance | undefined, now: number): ApiError | undefined {
  if (allowance.exceeded) return exceededError('rateLimited', allowance, now)
  return quota?.exceeded === true ? exceededError('quotaExceeded', quota, now) : undefined
}
