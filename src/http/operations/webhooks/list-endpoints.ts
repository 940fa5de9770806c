import { Type } from '@sinclair/typebox'
import { listEndpoints } from '../../../domain/webhooks/read-endpoints.js'
import { EndpointList } from '../../../domain/webhooks/shown-endpoint.js'
import { operation } from '../../operation.js'
import { exampleEndpoint } from './webhook-examples.js'

export const listWebhookEndpoints = operation({
  id: 'listWebhookEndpoints',
  method: 'GET',
  path: '/webhooks/endpoints',
  scopes: ['webhooks:read'],
  tag: 'Webhooks',
  summary: 'List webhook endpoints',
  description: 'Returns all webhook endpoints of the API key\'s environment, the oldest first.',
  params: Type.Object({}),
  success: { status: 200, schema: EndpointList, description: 'The endpoints', examples: { one: { value: { data: [exampleEndpoint] } } } },
  errors: [],
  reads: () => ({ endpoints: 'all' }),
  decide: ({ environment }, { endpoints }) => listEndpoints(environment, endpoints)
})
