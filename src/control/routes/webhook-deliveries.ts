import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { apiError, validationError } from '../../contract/errors.js'
import { ref } from '../../contract/schema.js'
import { read } from '../../domain/read.js'
import { checkNumbers } from '../../domain/verification/verify.js'
import { UnmetWebhooks, verifyDeliveries, WebhookExpectation } from '../../domain/webhooks/verification.js'
import { toWebhookDelivery, WebhookDelivery } from '../../domain/webhooks/webhook-delivery.js'
import { queryDeliveries, WebhookQuery } from '../../domain/webhooks/webhook-query.js'
import { controlSchema } from '../control-schema.js'

/** Webhook deliveries: listed, read, and verified. */
export const deliveriesRoutes: FastifyPluginAsyncTypebox = async app => {
  app.get('/webhooks/deliveries', {
    schema: controlSchema('listWebhooks', 'List deliveries of webhooks', {
      description: 'The deliveries of both environments, the oldest first, all or those that match the query.',
      querystring: WebhookQuery,
      response: {
        200: Type.Object({
          data: Type.Array(ref(WebhookDelivery)),
          total: Type.Integer({ description: 'How many match' }),
          dropped: Type.Integer({ description: 'How many were dropped because there were too many, or too large ones, matching or not' })
        }, { description: 'The deliveries that match, the oldest first' })
      }
    }, 'invalidFields')
  }, async ({ query, workspace: { world: { store, webhooks } } }) => {
    const { deliveries, total } = queryDeliveries(await store.list('deliveries'), query)
    return { data: deliveries.map(toWebhookDelivery), total, dropped: await webhooks.dropped() }
  })

  app.get('/webhooks/deliveries/:delivery_id', {
    schema: controlSchema('readWebhook', 'Read a delivery of a webhook', {
      description: 'The delivery, of either environment.',
      params: Type.Object({ delivery_id: Type.String({ description: 'Webhook delivery ID' }) }),
      response: { 200: ref(WebhookDelivery) }
    }, 'deliveryNotFound')
  }, async ({ params: { delivery_id: id }, workspace: { world: { store } } }) => {
    const { deliveries: [delivery] } = await read(store, { deliveries: [id] })
    if (delivery === undefined) throw apiError('deliveryNotFound')
    return toWebhookDelivery(delivery)
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
    const result = verifyDeliveries(await store.list('deliveries'), await webhooks.dropped(), body)
    if ('error' in result) return reply.code(409).send(result)
    return result
  })
}
