import type { Delivery } from '../../../domain/webhooks/delivery.js'
import type { NewEndpoint } from '../../../domain/webhooks/shown-endpoint.js'

/** A webhook endpoint, for the examples of the OpenAPI document. */
export const exampleEndpoint: NewEndpoint = {
  id: 'webhook_5d0c9f7be2a14836c01d',
  url: 'http://localhost:3000/webhooks',
  environment: 'sandbox',
  enabled: true,
  enabled_events: ['session.approved', 'session.declined'],
  created_at: '2026-01-05T09:00:00.000Z',
  updated_at: '2026-01-05T09:00:00.000Z',
  label: 'Orders',
  description: null,
  attribute_blocklist: ['result.extracted_data'],
  event_filter_conditions: { is_sandbox: true },
  api_version: null,
  key_inflection: 'snake',
  secret: 'whsec_4f1c9a7be28d3065a1f09c7e52b84d6a'
}

/** A delivery to it. */
export const exampleDelivery: Delivery = {
  id: 'whd_0b7e31c9d4f58a62e7c3',
  endpoint_id: exampleEndpoint.id,
  event: 'session.approved',
  session_id: 'ses_completed',
  url: exampleEndpoint.url,
  status: 'pending',
  attempts: 6,
  http_status: 503,
  error: 'The receiver responded with 503.',
  created_at: '2026-01-05T09:10:00.000Z',
  last_attempt_at: '2026-01-05T12:02:30.000Z',
  next_attempt_at: '2026-01-05T12:30:00.000Z',
  payload: {
    event: 'session.approved',
    idempotency_key: 'idk_93c1a0f2d7b84e65190c',
    session_id: 'ses_completed',
    external_ref: 'order-1042',
    status: 'approved',
    is_sandbox: true
  }
}
