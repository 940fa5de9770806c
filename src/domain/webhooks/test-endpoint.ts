import { Type } from '@sinclair/typebox'
import { nullable, schemaOf } from '../../contract/schema.js'
import type { Decision } from '../decision.js'
import type { DeliveryDocument } from './delivery.js'
import type { SendResult } from './sending.js'

/** The outcome of a test of a webhook endpoint, with its fields in the order of the vendor's page. */
export interface EndpointTest {
  /** Whether the receiver responded with a 2xx. */
  success: boolean
  /** The HTTP status of its response; null if there was none. */
  http_status: number | null
  /** Why the test failed; null if it did not. */
  error: string | null
  /** The URL to which it was sent. */
  url: string
}

export const EndpointTest = schemaOf<EndpointTest>()(Type.Object({
  success: Type.Boolean({ description: 'Whether the receiver responded with a 2xx' }),
  http_status: nullable(Type.Integer({ description: 'The HTTP status of its response; null when there was none' })),
  error: nullable(Type.String({ description: 'Why the test failed; null when it did not' })),
  url: Type.String({ description: 'Where it was sent' })
}, { $id: 'WebhookEndpointTest', description: 'What came of a test of a webhook endpoint' }))

/** The delivery that tests an endpoint, and its outcome. */
export interface SentTest {
  delivery: DeliveryDocument
  result: SendResult
}

/** Records a test of a webhook endpoint. */
export function testEndpoint ({ delivery, result: { http_status, error } }: SentTest): Decision<EndpointTest> {
  return {
    puts: { deliveries: [delivery] },
    events: [],
    response: { status: 200, body: { success: error === null, http_status, error, url: delivery.url } }
  }
}
