import { Type } from '@sinclair/typebox'
import { oneOf, ref, schemaOf } from '../../contract/schema.js'
import { type ExpectedNumbers, numbers } from '../verification/numbers.js'
import { unmet, type UnmetBy, unmetFields } from '../verification/unmet.js'
import { type Subject, verifyItems } from '../verification/verify.js'
import { type DeliveryDocument, type DeliveryStatus, deliveryStatuses } from './delivery.js'
import { toWebhookDelivery, WebhookDelivery } from './webhook-delivery.js'

/** A filter for deliveries: every given field must match. */
export interface WebhookFilter {
  /** What happened: `session.approved`. */
  event?: string
  /** The session of the event. */
  session_id?: string
  /** The endpoint that it is for. */
  endpoint_id?: string
  /** The status of the delivery. */
  status?: DeliveryStatus
}

export const WebhookFilter = schemaOf<WebhookFilter>()(Type.Object({
  event: Type.Optional(Type.String({ minLength: 1, description: 'What happened, such as session.approved' })),
  session_id: Type.Optional(Type.String({ minLength: 1, description: 'The session that it happened to' })),
  endpoint_id: Type.Optional(Type.String({ minLength: 1, description: 'The endpoint that it is for' })),
  status: Type.Optional(oneOf(deliveryStatuses, { description: 'What became of it' }))
}, { additionalProperties: false }))

/** The deliveries that an expectation counts. */
export interface WebhookMatch extends WebhookFilter {
  /** What the payload must contain. Objects may have more fields, at any depth; everything else, lists included, must be equal. */
  payload?: unknown
}

/** What a test expects of webhooks: which deliveries, and how many; by default, at least one. */
export type WebhookExpectation = WebhookMatch & ExpectedNumbers

export const WebhookExpectation = Type.Unsafe<WebhookExpectation>(Type.Object({
  ...WebhookFilter.properties,
  payload: Type.Optional(Type.Unknown({
    description: 'What the payload has: of objects the fields that are named, at any depth; everything else, lists too, is equal'
  })),
  ...numbers('deliveries')
}, { $id: 'WebhookExpectation', additionalProperties: false, description: 'Which deliveries of webhooks are expected, and how many' }))

/** A delivery that nearly matched. */
export interface NearDelivery {
  delivery: WebhookDelivery
  /** The first part of the delivery that did not match. */
  mismatch: string
}

/** The body of the error for an unmet expectation of webhooks. */
export type UnmetWebhooks = UnmetBy<NearDelivery>

const NearDelivery = schemaOf<NearDelivery>()(Type.Object({
  delivery: ref(WebhookDelivery),
  mismatch: Type.String({ description: 'The first part of the delivery that did not match' })
}, { $id: 'NearDelivery', description: 'A delivery that nearly matched' }))

export const UnmetWebhooks = schemaOf<UnmetWebhooks>()(Type.Object({
  ...unmetFields('deliveries'),
  closest: Type.Array(ref(NearDelivery), { description: 'Up to three nearest deliveries, the newest first, when none matched' })
}, { $id: 'UnmetWebhooks', description: 'The expectation of webhooks is not met' }))

const subject: Subject<DeliveryDocument, WebhookMatch> = {
  parts: {
    event: ({ event }) => event,
    session_id: ({ session_id }) => session_id,
    endpoint_id: ({ endpoint_id }) => endpoint_id,
    status: ({ status }) => status,
    payload: ({ body }): unknown => JSON.parse(body)
  },
  words: ['delivery', 'deliveries'],
  nameOf: ({ id }) => `delivery ${id}`,
  nothing: 'there are no deliveries',
  dropped: ['', 'Verify earlier, reset between tests, or raise --max-deliveries (maxDeliveries) and --max-delivery-bytes (maxDeliveryBytes).']
}

/**
 * Compares deliveries with an expectation, and returns how many match, or what is different.
 * @param dropped how many deliveries were dropped
 */
export function verifyDeliveries (
  deliveries: readonly DeliveryDocument[], dropped: number, { count, at_least, at_most, ...match }: WebhookExpectation
): { matched: number } | UnmetWebhooks {
  const result = verifyItems(deliveries, dropped, match, { count, at_least, at_most }, subject)
  if (!('detail' in result)) return result
  return unmet(result, ({ item, mismatch }) => ({ delivery: toWebhookDelivery(item), mismatch }))
}
