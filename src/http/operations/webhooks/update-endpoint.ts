import { updateEndpoint } from '../../../domain/webhooks/change-endpoint.js'
import { EndpointUpdate } from '../../../domain/webhooks/endpoint-input.js'
import { ShownEndpoint } from '../../../domain/webhooks/shown-endpoint.js'
import { endpointIn } from '../../../domain/webhooks/visible.js'
import { operation } from '../../operation.js'
import { endpointParams } from './endpoint-params.js'
import { exampleEndpoint } from './webhook-examples.js'

export const updateWebhookEndpoint = operation({
  id: 'updateWebhookEndpoint',
  method: 'PATCH',
  path: '/webhooks/endpoints/{endpoint_id}',
  scopes: ['webhooks:write'],
  tag: 'Webhooks',
  summary: 'Update a webhook endpoint',
  description: 'Changes the fields that the request has. Fields that it leaves out stay as they are.',
  params: endpointParams,
  body: EndpointUpdate,
  bodyExamples: { enable: { summary: 'Switch it on again', value: { enabled: true } } },
  success: { status: 200, schema: ShownEndpoint, description: 'The endpoint as it is now', examples: { updated: { value: exampleEndpoint } } },
  errors: ['endpointNotFound'],
  reads: ({ params: { endpoint_id: id } }) => ({ endpoints: [id] }),
  decide: ({ params, body, environment, now, webhookHosts: hosts }, { endpoints: [endpoint] }) =>
    updateEndpoint(endpointIn(environment, params.endpoint_id, endpoint), body, now, { environment, hosts })
})
