import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { apiError, validationError } from '../../contract/errors.js'
import { ref } from '../../contract/schema.js'
import { checkNumbers } from '../../domain/verification/verify.js'
import { fitsDelivery, hasText } from '../../domain/webhooks/delivery.js'
import { UnmetWebhooks, verifyDeliveries, WebhookExpectation, WebhookFilter } from '../../domain/webhooks/verification.js'
import { toWebhookDelivery, WebhookDelivery } from '../../domain/webhooks/webhook-delivery.js'
import { controlSchema } from '../control-schema.js'

// In a query everything is text, and nothing is coerced: a number is text that looks like one.
const numberText = (description: string) => Type.Optional(Type.String({ 'pattern': '^\\d{1,9}$', description, 'x-takes': 'a whole number' }))

/** Deliveries of webhooks: which there are, and whether that is what was expected. */
export const deliveriesRoutes: FastifyPluginAsyncTypebox = async app => {
  app.get('/webhooks/deliveries', {
    schema: controlSchema('listWebhooks', 'List deliveries of webhooks', {
      description: 'The deliveries of both environments, the oldest first, all or those that match the query.',
      querystring: Type.Object({
        ...WebhookFilter.properties,
        q: Type.Optional(Type.String({ description: 'A part of the ID, session ID, event, URL, or body, in upper or lower case' })),
        limit: numberText('How many at most: the newest'),
        offset: numberText('How many of the newest to leave out, before `limit`')
      }, { additionalProperties: false }),
      response: {
        200: Type.Object({
          data: Type.Array(ref(WebhookDelivery)),
          total: Type.Integer({ description: 'How many match' }),
          dropped: Type.Integer({ description: 'How many were dropped because there were too many, or too large ones, matching or not' })
        }, { description: 'The deliveries that match, the oldest first' })
      }
    }, 'invalidFields')
  }, async ({ query: { q = '', limit, offset = '0', ...filter }, workspace: { world: { store, webhooks } } }) => {
    const found = (await store.list('deliveries')).filter(delivery => fitsDelivery(delivery, filter) && hasText(delivery, q))
    const end = Math.max(0, found.length - Number(offset))
    const shown = found.slice(limit === undefined ? 0 : Math.max(0, end - Number(limit)), end)
    return { data: shown.map(toWebhookDelivery), total: found.length, dropped: webhooks.dropped }
  })

  app.get('/webhooks/deliveries/:delivery_id', {
    schema: controlSchema('readWebhook', 'Read a delivery of a webhook', {
      description: 'The delivery, of either environment.',
      params: Type.Object({ delivery_id: Type.String({ description: 'Webhook delivery ID' }) }),
      response: { 200: ref(WebhookDelivery) }
    }, 'deliveryNotFound')
  }, async ({ params: { delivery_id: id }, workspace: { world: { store } } }) => {
    const { delivery } = await store.transact({ deliveries: [id] }, ({ deliveries: [delivery] }) => ({ puts: {}, delivery }))
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
    const result = verifyDeliveries(await store.list('deliveries'), webhooks.dropped, body)
    if ('error' in result) return reply.code(409).send(result)
    return result
  })
}
