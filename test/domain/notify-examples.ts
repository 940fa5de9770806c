import { timestamp } from '../../src/contract/time.js'
import type { DeliveryDocument } from '../../src/domain/webhooks/delivery.js'
import type { EndpointDocument } from '../../src/domain/webhooks/endpoint.js'
import { createNotify, type Notify, type NotifyOptions } from '../../src/domain/webhooks/notify.js'
import { NOW } from './examples.js'

/** An endpoint that wants everything that happens in the sandbox. */
export function endpoint (parts: Partial<EndpointDocument> = {}): EndpointDocument {
  return {
    id: 'webhook_a',
    url: 'http://127.0.0.1:9/hooks',
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
    secret: 'whsec_00000000000000000000000000000000',
    failures: 0,
    ...parts
  }
}

/** A delivery that has not been sent. */
export function delivery (parts: Partial<DeliveryDocument> = {}): DeliveryDocument {
  return {
    id: 'whd_a',
    endpoint_id: 'webhook_a',
    environment: 'sandbox',
    event: 'session.approved',
    session_id: 'ses_a',
    url: 'http://127.0.0.1:9/hooks',
    status: 'pending',
    attempts: [],
    created_at: timestamp(NOW),
    next_attempt_at: timestamp(NOW),
    held: false,
    body: '{}',
    bytes: 1_000,
    ...parts
  }
}

/** Notifies with IDs that are counted, after a minute, so that nothing is sent while the clock stands still. */
export function countingNotify (options: Partial<NotifyOptions> = {}): Notify {
  let [ids, deliveries] = [0, 0]
  return createNotify({
    payload: 'flat',
    newId: prefix => `${prefix}${++ids}`,
    newDeliveryId: () => `whd_${++deliveries}`,
    delay: () => 60_000,
    ...options
  })
}
