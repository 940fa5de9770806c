import { Type } from '@sinclair/typebox'
import { nullable, oneOf, ref, schemaOf } from '../../contract/schema.js'
import type { Environment } from '../sessions/session.js'
import { Delivery, type DeliveryAttempt, type DeliveryDocument, toDelivery } from './delivery.js'

/** A delivery as a test sees it, with fields that the API does not return. */
export interface WebhookDelivery extends Delivery {
  /** The environment of the event. */
  readonly environment: Environment
  /** Whether it is held: it waits until you deliver or release it. */
  readonly held: boolean
  /** The exact text that is sent. */
  readonly body: string
  /** All attempts, the oldest first. */
  readonly history: DeliveryAttempt[]
}

const DeliveryAttemptSchema = schemaOf<DeliveryAttempt>()(Type.Object({
  at: Type.String({ format: 'date-time', description: 'When it began, by the clock of the mock' }),
  http_status: nullable(Type.Integer({ description: 'The HTTP status of the response; null when there was none' })),
  error: nullable(Type.String({ description: 'Why it failed; null when it did not' })),
  fault: nullable(Type.String({ description: 'The fault that took effect; null when none did' }))
}, { $id: 'DeliveryAttempt', description: 'One attempt to send a delivery' }))

export const WebhookDelivery = schemaOf<WebhookDelivery>()(Type.Object({
  ...Delivery.properties,
  environment: oneOf(['live', 'sandbox'] as const, { description: 'The environment of the event' }),
  held: Type.Boolean({ description: 'Whether it waits for somebody to deliver or release it' }),
  body: Type.String({ description: 'The exact text that is sent' }),
  history: Type.Array(ref(DeliveryAttemptSchema), { description: 'All attempts, the oldest first' })
}, { $id: 'WebhookDelivery', description: 'A delivery, with what the API does not tell' }))

/** A delivery as a test sees it. */
export function toWebhookDelivery (document: DeliveryDocument): WebhookDelivery {
  const { environment, held, body, attempts } = document
  return { ...toDelivery(document), environment, held, body, history: [...attempts] }
}
