import { Type } from '@sinclair/typebox'
import { oneOf, ref, schemaOf } from '../../contract/schema.js'
import { type ExpectedNumbers, numbers } from '../verification/numbers.js'
import { unmet, type UnmetBy, unmetFields } from '../verification/unmet.js'
import { type Subject, verifyItems } from '../verification/verify.js'
import { type DeliveryDocument, type DeliveryStatus, deliveryStatuses } from './delivery.js'
import { toWebhookDelivery, WebhookDelivery } from './webhook-delivery.js'

/** Which deliveries are meant. Every field that is given must match. */
export interface WebhookFilter {
  /** What happened: `session.approved`. */
  event?: string
  /** The session that it happened to. */
  session_id?: string
  /** The endpoint that it is for. */
  endpoint_id?: string
  /** What became of it. */
  status?: DeliveryStatus
}

export const WebhookFilter = schemaOf<WebhookFilter>()(Type.Object({
  event: Type.Optional(Type.String({ minLength: 1, description: 'What happened, such as session.approved' })),
  session_id: Type.Optional(Type.String({ minLength: 1, description: 'The session that it happened to' })),
  endpoint_id: Type.Optional(Type.String({ minLength: 1, description: 'The endpoint that it is for' })),
  status: Type.Optional(oneOf(deliveryStatuses, { description: 'What became of it' }))
}, { additionalProperties: false }))

/** Which deliveries are expected. */
export interface WebhookMatch extends WebhookFilter {
  /** What the payload has: of objects the fields that are named, at any depth; everything else, lists too, is equal. */
  payload?: unknown
}

/** What a test expects of webhooks: which deliveries, and how many. Without a number, at least one. */
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

/** An expectation of webhooks that is not met: an error with more fields. */
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
 * Compares deliveries with an expectation: how many match, or what is different.
 * @param dropped how many deliveries are no longer there
 */
export function verifyDeliveries (
  deliveries: readonly DeliveryDocument[], dropped: number, { count, at_least, at_most, ...match }: WebhookExpectation
): { matched: number } | UnmetWebhooks {
  const result = verifyItems(deliveries, dropped, match, { count, at_least, at_most }, subject)
  if (!('detail' in result)) return result
  return unmet(result, ({ item, mismatch }) => ({ delivery: toWebhookDelivery(item), mismatch }))
}
