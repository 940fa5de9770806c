import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { validationError } from '../../contract/errors.js'
import { ref } from '../../contract/schema.js'
import { checkNumbers } from '../../domain/verification/verify.js'
import { fitsDelivery } from '../../domain/webhooks/delivery.js'
import { UnmetWebhooks, verifyDeliveries, WebhookExpectation, WebhookFilter } from '../../domain/webhooks/verification.js'
import { toWebhookDelivery, WebhookDelivery } from '../../domain/webhooks/webhook-delivery.js'
import { controlSchema } from '../control-schema.js'

/** Deliveries of webhooks: which there are, and whether that is what was expected. */
export const deliveriesRoutes: FastifyPluginAsyncTypebox = async app => {
  app.get('/webhooks/deliveries', {
    schema: controlSchema('listWebhooks', 'List deliveries of webhooks', {
      description: 'The deliveries of both environments, the oldest first, all or those that match the query.',
      querystring: Type.Object({
        ...WebhookFilter.properties,
        limit: Type.Optional(Type.String({
          'pattern': '^\\d{1,9}$', 'description': 'How many at most: the newest', 'x-takes': 'a whole number'
        }))
      }, { additionalProperties: false }),
      response: {
        200: Type.Object({
          data: Type.Array(ref(WebhookDelivery)),
          total: Type.Integer({ description: 'How many match' }),
          dropped: Type.Integer({ description: 'How many were dropped because there were too many, or too large ones, matching or not' })
        }, { description: 'The deliveries that match, the oldest first' })
      }
    }, 'invalidFields')
  }, async ({ query: { limit, ...filter }, workspace: { world: { store, webhooks } } }) => {
    const found = (await store.list('deliveries')).filter(delivery => fitsDelivery(delivery, filter))
    const shown = limit === undefined ? found : found.slice(Math.max(0, found.length - Number(limit)))
    return { data: shown.map(toWebhookDelivery), total: found.length, dropped: webhooks.dropped }
  })

  app.post('/webhooks/verify', {
    schema: controlSchema('verifyWebhooks', 'Verify that webhooks were made', {
      description: 'Compares the deliveries with an expectation. Returns 409 with the nearest deliveries when it is not met.',
      body: ref(WebhookExpectation),
      response: { 200: Type.Object({ matched: Type.Integer() }, { description: 'The expectation is met' }), 409: ref(UnmetWebhooks) }
    })
  }, async ({ body, workspace: { world: { store, webhooks } } }, reply) => {
    const problems = checkNumbers(body)
    if (problems.length > 0) throw validationError(problems)
    const result = verifyDeliveries(await store.list('deliveries'), webhooks.dropped, body)
    if ('error' in result) return reply.code(409).send(result)
    return result
  })
}
