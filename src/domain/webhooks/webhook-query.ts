import { Type } from '@sinclair/typebox'
import { schemaOf } from '../../contract/schema.js'
import { type DeliveryDocument, fitsDelivery } from './delivery.js'
import { WebhookFilter } from './verification.js'

/** Which deliveries are listed. Every field that is given must match. */
export interface WebhookQuery extends WebhookFilter {
  /** A part of the ID, session ID, event, URL, or body, in upper or lower case. */
  q?: string
  /** How many at most: the newest. */
  limit?: number
  /** How many of the newest to skip, before `limit`. */
  offset?: number
}

export const WebhookQuery = schemaOf<WebhookQuery>()(Type.Object({
  ...WebhookFilter.properties,
  q: Type.Optional(Type.String({ description: 'A part of the ID, session ID, event, URL, or body, in upper or lower case' })),
  limit: Type.Optional(Type.Integer({ minimum: 0, description: 'How many at most: the newest' })),
  offset: Type.Optional(Type.Integer({ minimum: 0, description: 'How many of the newest to skip, before `limit`' }))
}, { additionalProperties: false }))

/**
 * The deliveries that match a query, the oldest first.
 * @returns `total` says how many there are without `limit` and `offset`
 */
export function queryDeliveries (
  all: readonly DeliveryDocument[], { q = '', limit = Infinity, offset = 0, ...filter }: WebhookQuery
): { deliveries: DeliveryDocument[], total: number } {
  const text = q.toLowerCase()
  const found = all.filter(delivery => fitsDelivery(delivery, filter) && (text === '' || hasText(delivery, text)))
  const end = Math.max(0, found.length - offset)
  return { deliveries: found.slice(Math.max(0, end - limit), end), total: found.length }
}

/** Whether a delivery has a text in lower case. */
function hasText ({ id, session_id: sessionId, event, url, body }: DeliveryDocument, text: string): boolean {
  return [id, sessionId ?? '', event, url, body].some(whole => whole.toLowerCase().includes(text))
}
