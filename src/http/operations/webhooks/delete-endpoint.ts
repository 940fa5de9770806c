import { deleteEndpoint } from '../../../domain/webhooks/change-endpoint.js'
import { endpointIn } from '../../../domain/webhooks/visible.js'
import { operation } from '../../operation.js'
import { endpointParams } from './endpoint-params.js'

export const deleteWebhookEndpoint = operation({
  id: 'deleteWebhookEndpoint',
  method: 'DELETE',
  path: '/webhooks/endpoints/{endpoint_id}',
  scopes: ['webhooks:write'],
  tag: 'Webhooks',
  summary: 'Delete a webhook endpoint',
  description: 'Deletes a webhook endpoint. Deliveries to it that are pending fail when they are due.',
  params: endpointParams,
  success: { status: 204, description: 'Deleted' },
  errors: ['endpointNotFound'],
  reads: ({ params: { endpoint_id: id } }) => ({ endpoints: [id] }),
  decide: ({ params, environment }, { endpoints: [endpoint] }) => deleteEndpoint(endpointIn(environment, params.endpoint_id, endpoint))
})
