import { rotateSecret } from '../../../domain/webhooks/change-endpoint.js'
import { NewEndpoint } from '../../../domain/webhooks/shown-endpoint.js'
import { endpointIn } from '../../../domain/webhooks/visible.js'
import { operation } from '../../operation.js'
import { endpointParams } from './endpoint-params.js'
import { exampleEndpoint } from './webhook-examples.js'

export const rotateWebhookSecret = operation({
  id: 'rotateWebhookSecret',
  method: 'POST',
  path: '/webhooks/endpoints/{endpoint_id}/rotate-secret',
  scopes: ['webhooks:write'],
  tag: 'Webhooks',
  summary: 'Rotate the secret of a webhook endpoint',
  description: 'Makes a new secret. The old one is invalid at once: retries are signed with the new one, too.',
  params: endpointParams,
  success: { status: 200, schema: NewEndpoint, description: 'The endpoint, with its new secret', examples: { rotated: { value: exampleEndpoint } } },
  errors: ['endpointNotFound'],
  reads: ({ params: { endpoint_id: id } }) => ({ endpoints: [id] }),
  decide: ({ params, environment, now, newId }, { endpoints: [endpoint] }) =>
    rotateSecret(endpointIn(environment, params.endpoint_id, endpoint), now, newId)
})
