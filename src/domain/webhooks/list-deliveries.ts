import { Type } from '@sinclair/typebox'
import { Pagination } from '../../contract/paging.js'
import { ref, schemaOf } from '../../contract/schema.js'
import type { Decision } from '../decision.js'
import type { Page, PageRead } from '../store.js'
import { Delivery, type DeliveryDocument, type DeliveryFilter, toDelivery } from './delivery.js'

/** A page of webhook deliveries. */
export interface DeliveryList {
  /** The deliveries of the page, newest first. */
  data: readonly Delivery[]
  /** The position of the page in the whole list. */
  pagination: Pagination
}

export const DeliveryList = schemaOf<DeliveryList>()(Type.Object({
  data: Type.Unsafe<readonly Delivery[]>(Type.Array(ref(Delivery), { description: 'The deliveries of the page, the newest first' })),
  pagination: ref(Pagination)
}, { $id: 'WebhookDeliveryList', description: 'A page of webhook deliveries' }))

/** Lists the deliveries of a page. */
export function listDeliveries ({ documents, total }: Page<DeliveryDocument>, { limit, offset }: PageRead<DeliveryFilter>['newest']): Decision<DeliveryList> {
  return { events: [], response: { status: 200, body: { data: documents.map(toDelivery), pagination: { total, limit, offset } } } }
}
