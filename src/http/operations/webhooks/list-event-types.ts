import { Type } from '@sinclair/typebox'
import { EventTypeList, listEventTypes } from '../../../domain/webhooks/read-endpoints.js'
import { operation } from '../../operation.js'

export const listWebhookEventTypes = operation({
  id: 'listWebhookEventTypes',
  method: 'GET',
  path: '/webhooks/event-types',
  scopes: ['webhooks:read'],
  tag: 'Webhooks',
  summary: 'List event types',
  description: 'Returns the names of the events that are sent to webhook endpoints.',
  params: Type.Object({}),
  success: { status: 200, schema: EventTypeList, description: 'The names of the events', examples: { all: { value: listEventTypes().response.body } } },
  errors: [],
  reads: () => ({}),
  decide: listEventTypes
})
