import type { DeliveryDocument } from '../../src/domain/webhooks/delivery.js'
import type { EndpointDocument } from '../../src/domain/webhooks/endpoint.js'

/** A webhook endpoint of the sandbox. */
export function endpoint (fields: Partial<EndpointDocument> = {}): EndpointDocument {
  return {
    id: 'webhook_a',
    url: 'http://localhost:3000/hook',
    environment: 'sandbox',
    enabled: true,
    enabled_events: [],
    created_at: '2026-03-01T11:00:00.000Z',
    updated_at: '2026-03-01T11:00:00.000Z',
    label: null,
    description: null,
    attribute_blocklist: [],
    event_filter_conditions: {},
    api_version: null,
    key_inflection: 'snake',
    secret: 'whsec_0123456789abcdef0123456789abcdef',
    failures: 0,
    ...fields
  }
}

/** A delivery to it, which has failed. */
export function delivery (fields: Partial<DeliveryDocument> = {}): DeliveryDocument {
  return {
    id: 'whd_a',
    endpoint_id: 'webhook_a',
    environment: 'sandbox',
    event: 'session.approved',
    session_id: 'ses_a',
    url: 'http://localhost:3000/hook',
    status: 'failed',
    attempts: [{ at: '2026-03-01T11:30:00.000Z', http_status: 500, error: 'The receiver responded with 500.', fault: null }],
    created_at: '2026-03-01T11:30:00.000Z',
    next_attempt_at: null,
    held: false,
    body: '{"event":"session.approved"}',
    bytes: 100,
    ...fields
  }
}
