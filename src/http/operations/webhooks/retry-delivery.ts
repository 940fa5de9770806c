import { Type } from '@sinclair/typebox'
import { Delivery } from '../../../domain/webhooks/delivery.js'
import { retryDelivery } from '../../../domain/webhooks/retry-delivery.js'
import { deliveryIn } from '../../../domain/webhooks/visible.js'
import { operation } from '../../operation.js'
import { exampleDelivery } from './webhook-examples.js'

export const retryWebhookDelivery = operation({
  id: 'retryWebhookDelivery',
  method: 'POST',
  path: '/webhooks/deliveries/{delivery_id}/retry',
  scopes: ['webhooks:write'],
  tag: 'Webhooks',
  summary: 'Retry a webhook delivery',
  description: 'Sends a delivery that has failed once more, at once. The response does not wait for it.',
  params: Type.Object({ delivery_id: Type.String({ description: 'Webhook delivery ID', examples: [exampleDelivery.id] }) }),
  success: { status: 202, schema: Delivery, description: 'The delivery, which is pending', examples: { retried: { value: exampleDelivery } } },
  errors: ['deliveryNotFound', 'cannotRetry'],
  reads: ({ params: { delivery_id: id } }) => ({ deliveries: [id] }),
  decide: ({ params, environment, now }, { deliveries: [delivery] }) =>
    retryDelivery(deliveryIn(environment, params.delivery_id, delivery), now)
})
