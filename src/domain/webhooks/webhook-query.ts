import { Type } from '@sinclair/typebox'
import { schemaOf } from '../../contract/schema.js'
import { type DeliveryDocument, fitsDelivery } from './delivery.js'
import { WebhookFilter } from './verification.js'

/** The deliveries to list: those that match every given field. */
export interface WebhookQuery extends WebhookFilter {
  /** A part of the ID, session ID, event, URL, or body, in upper or lower case. */
  q?: string
  /** Returns only this many of the newest. */
  limit?: number
  /** Skips this many of the newest, before `limit`. */
  offset?: number
}

export const WebhookQuery = schemaOf<WebhookQuery>()(Type.Object({
  ...WebhookFilter.properties,
  q: Type.Optional(Type.String({ description: 'A part of the ID, session ID, event, URL, or body, in upper or lower case' })),
  limit: Type.Optional(Type.Integer({ minimum: 0, description: 'How many at most: the newest' })),
  offset: Type.Optional(Type.Integer({ minimum: 0, description: 'How many of the newest to skip, before `limit`' }))
}, { additionalProperties: false }))

/**
 * Lists the deliveries that match a query, oldest first.
 * @returns `total` is the number of matches, regardless of `limit` and `offset`
 */
export function queryDeliveries (
  all: readonly DeliveryDocument[], { q = '', limit = Infinity, offset = 0, ...filter }: WebhookQuery
): { deliveries: DeliveryDocument[], total: number } {
  const text = q.toLowerCase()
  const found = all.filter(delivery => fitsDelivery(delivery, filter) && (text === '' || hasText(delivery, text)))
  const end = Math.max(0, found.length - offset)
  return { deliveries: found.slice(Math.max(0, end - limit), end), total: found.length }
}

/** Whether a delivery contains a lowercase text. */
function hasText ({ id, session_id: sessionId, event, url, body }: DeliveryDocument, text: string): boolean {
  return [id, sessionId ?? '', event, url, body].some(whole => whole.toLowerCase().includes(text))
}
