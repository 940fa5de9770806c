import { cloneEndpoint } from '../../../domain/webhooks/change-endpoint.js'
import { ClonedEndpoint } from '../../../domain/webhooks/shown-endpoint.js'
import { endpointIn } from '../../../domain/webhooks/visible.js'
import { operation } from '../../operation.js'
import { endpointParams } from './endpoint-params.js'
import { exampleEndpoint } from './webhook-examples.js'

export const cloneWebhookEndpoint = operation({
  id: 'cloneWebhookEndpoint',
  method: 'POST',
  path: '/webhooks/endpoints/{endpoint_id}/clone',
  scopes: ['webhooks:write'],
  tag: 'Webhooks',
  summary: 'Clone a webhook endpoint',
  description: 'Creates a copy of a webhook endpoint. The copy has an ID and a secret of its own.',
  params: endpointParams,
  success: { status: 201, schema: ClonedEndpoint, description: 'The copy, with its secret', examples: { cloned: { value: { ...exampleEndpoint, cloned_from: 'webhook_sandbox' } } } },
  errors: ['endpointNotFound'],
  reads: ({ params: { endpoint_id: id } }) => ({ endpoints: [id] }),
  decide: ({ params, environment, now, newId }, { endpoints: [endpoint] }) =>
    cloneEndpoint(endpointIn(environment, params.endpoint_id, endpoint), now, newId)
})
