import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { ref } from '../../contract/schema.js'
import type { ApiKeys } from '../../domain/api-keys.js'
import { RateLimitChange } from '../../domain/rate-limits.js'
import { controlSchema } from '../control-schema.js'

/** Rate limits: sets how many requests an API key has left. */
export const rateLimitsRoutes: FastifyPluginAsyncTypebox<{ apiKeys: ApiKeys }> = async (app, { apiKeys }) => {
  app.put('/rate-limits', {
    config: { needsWorkspaceKey: true },
    schema: controlSchema('setRateLimit', 'Set what is left of the rate limit', {
      description: 'Sets how many requests are left for the next 60 seconds of the mock\'s clock: for the API key in `X-API-Key`, or without one ' +
        'for all. Then the limits of the plan apply again.',
      body: ref(RateLimitChange),
      response: { 204: Type.Null({ description: 'Set' }) }
    }, 'workspaceKeyRequired')
  }, async ({ body, headers, workspace: { world: { rateLimits } } }, reply) => {
    await rateLimits.set(apiKeys.find(String(headers['x-api-key'])), body.remaining)
    return reply.code(204).send(null)
  })
}
