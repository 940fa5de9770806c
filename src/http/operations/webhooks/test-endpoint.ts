import { EndpointTest, testEndpoint } from '../../../domain/webhooks/test-endpoint.js'
import { endpointIn } from '../../../domain/webhooks/visible.js'
import { operation } from '../../operation.js'
import { endpointParams } from './endpoint-params.js'
import { exampleEndpoint } from './webhook-examples.js'

export const testWebhookEndpoint = operation({
  id: 'testWebhookEndpoint',
  method: 'POST',
  path: '/webhooks/endpoints/{endpoint_id}/test',
  scopes: ['webhooks:write'],
  tag: 'Webhooks',
  summary: 'Test a webhook endpoint',
  description: 'Sends the event `webhook.test` once, waits for the response, and says what came of it. An endpoint that is disabled can be tested.',
  params: endpointParams,
  success: {
    status: 200,
    schema: EndpointTest,
    description: 'What came of the test',
    examples: {
      received: { summary: 'The receiver responded with a 2xx', value: { success: true, http_status: 200, error: null, url: exampleEndpoint.url } },
      refused: {
        summary: 'Nobody listens there',
        value: { success: false, http_status: null, error: 'connect ECONNREFUSED 127.0.0.1:3000', url: exampleEndpoint.url }
      }
    }
  },
  errors: ['endpointNotFound'],
  reads: ({ params: { endpoint_id: id } }) => ({ endpoints: [id] }),
  effect: ({ params, environment }, { endpoints: [endpoint] }, { webhooks }) =>
    webhooks.test(endpointIn(environment, params.endpoint_id, endpoint)),
  decide: (_input, _found, sent) => testEndpoint(sent)
})
