import { type Static, Type } from '@sinclair/typebox'
import { DEFAULT_LIMIT, pageQuery } from '../../../contract/paging.js'
import { timestamp } from '../../../contract/time.js'
import type { PageRead } from '../../../domain/store.js'
import type { DeliveryFilter } from '../../../domain/webhooks/delivery.js'
import { DeliveryList, listDeliveries } from '../../../domain/webhooks/list-deliveries.js'
import { endpointIn } from '../../../domain/webhooks/visible.js'
import { operation } from '../../operation.js'
import { endpointParams } from './endpoint-params.js'
import { exampleDelivery } from './webhook-examples.js'

const time = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }))

const listQuery = Type.Object({
  date_from: time('Deliveries of events of this time or later'),
  date_to: time('Deliveries of events of this time or earlier'),
  event_type: Type.Optional(Type.String({ description: 'Deliveries of this event' })),
  ...pageQuery
})

export const listWebhookDeliveries = operation({
  id: 'listWebhookDeliveries',
  method: 'GET',
  path: '/webhooks/endpoints/{endpoint_id}/deliveries',
  scopes: ['webhooks:read'],
  tag: 'Webhooks',
  summary: 'List the deliveries of a webhook endpoint',
  description: 'Returns a page of the deliveries to an endpoint, the newest first.',
  params: endpointParams,
  query: listQuery,
  success: { status: 200, schema: DeliveryList, description: 'A page of deliveries', examples: { one: { value: { data: [exampleDelivery], pagination: { total: 1, limit: DEFAULT_LIMIT, offset: 0 } } } } },
  errors: ['endpointNotFound'],
  reads: ({ params: { endpoint_id: id }, query }) => ({ endpoints: [id], deliveries: { newest: pageOf(id, query) } }),
  decide: ({ params: { endpoint_id: id }, query, environment }, { endpoints: [endpoint], deliveries }) => {
    endpointIn(environment, id, endpoint)
    return listDeliveries(deliveries, pageOf(id, query))
  }
})

function pageOf (endpointId: string, query: Static<typeof listQuery>): PageRead<DeliveryFilter>['newest'] {
  const { date_from: from, date_to: to, event_type: event, limit = DEFAULT_LIMIT, offset = 0 } = query
  const where = {
    endpoint_id: endpointId,
    event,
    from: from === undefined ? undefined : timestamp(from),
    to: to === undefined ? undefined : timestamp(to)
  }
  return { where, limit, offset }
}
