import { Type } from '@sinclair/typebox'
import { createEndpoint } from '../../../domain/webhooks/create-endpoint.js'
import { EndpointCreation } from '../../../domain/webhooks/endpoint-input.js'
import { NewEndpoint } from '../../../domain/webhooks/shown-endpoint.js'
import { operation } from '../../operation.js'
import { exampleEndpoint } from './webhook-examples.js'

export const createWebhookEndpoint = operation({
  id: 'createWebhookEndpoint',
  method: 'POST',
  path: '/webhooks/endpoints',
  scopes: ['webhooks:write'],
  tag: 'Webhooks',
  summary: 'Create a webhook endpoint',
  description: 'Creates an endpoint in the API key\'s environment, to which the events of that environment are sent. ' +
    'The mock sends to this machine, and to the hosts that `--webhook-host` names.',
  params: Type.Object({}),
  body: EndpointCreation,
  bodyExamples: {
    outcomes: { summary: 'An endpoint for outcomes', value: { url: exampleEndpoint.url, enabled_events: exampleEndpoint.enabled_events, label: 'Orders' } }
  },
  success: { status: 201, schema: NewEndpoint, description: 'The endpoint, with its secret', examples: { created: { value: exampleEndpoint } } },
  errors: [],
  reads: () => ({}),
  decide: ({ body, environment, now, newId, webhookHosts: hosts }) => createEndpoint(body, { environment, hosts, now, newId })
})
