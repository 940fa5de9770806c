import { timestamp } from '../../src/contract/time.js'
import type { DeliveryDocument } from '../../src/domain/webhooks/delivery.js'
import type { EndpointDocument } from '../../src/domain/webhooks/endpoint.js'
import { NOW } from './examples.js'

/** A webhook endpoint. */
export function endpoint (parts: Partial<EndpointDocument> = {}): EndpointDocument {
  return {
    id: 'webhook_a',
    url: 'http://localhost:9/hook',
    environment: 'sandbox',
    enabled: true,
    enabled_events: [],
    created_at: timestamp(NOW),
    updated_at: timestamp(NOW),
    label: null,
    description: null,
    attribute_blocklist: [],
    event_filter_conditions: {},
    api_version: null,
    key_inflection: 'snake',
    secret: 'whsec_0123456789abcdef0123456789abcdef',
    failures: 0,
    ...parts
  }
}

/** A delivery that has not been sent yet. */
export function delivery (parts: Partial<DeliveryDocument> = {}): DeliveryDocument {
  return {
    id: 'whd_a',
    endpoint_id: 'webhook_a',
    environment: 'sandbox',
    event: 'session.created',
    session_id: 'ses_a',
    url: 'http://localhost:9/hook',
    status: 'pending',
    attempts: [],
    created_at: timestamp(NOW),
    next_attempt_at: timestamp(NOW),
    held: false,
    body: '{"event":"session.created"}',
    bytes: 100,
    ...parts
  }
}
