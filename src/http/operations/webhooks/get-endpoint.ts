import { getEndpoint } from '../../../domain/webhooks/read-endpoints.js'
import { ShownEndpoint } from '../../../domain/webhooks/shown-endpoint.js'
import { endpointIn } from '../../../domain/webhooks/visible.js'
import { operation } from '../../operation.js'
import { endpointParams } from './endpoint-params.js'
import { exampleEndpoint } from './webhook-examples.js'

export const getWebhookEndpoint = operation({
  id: 'getWebhookEndpoint',
  method: 'GET',
  path: '/webhooks/endpoints/{endpoint_id}',
  scopes: ['webhooks:read'],
  tag: 'Webhooks',
  summary: 'Get a webhook endpoint',
  description: 'Returns a webhook endpoint. The secret is there if it belongs to the sandbox.',
  params: endpointParams,
  success: { status: 200, schema: ShownEndpoint, description: 'The endpoint', examples: { sandbox: { value: exampleEndpoint } } },
  errors: ['endpointNotFound'],
  reads: ({ params: { endpoint_id: id } }) => ({ endpoints: [id] }),
  decide: ({ params, environment }, { endpoints: [endpoint] }) => getEndpoint(endpointIn(environment, params.endpoint_id, endpoint))
})
