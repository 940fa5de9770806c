import { Type } from '@sinclair/typebox'
import type { Problem } from '../../contract/errors.js'
import { nullable, oneOf, ref, schemaOf } from '../../contract/schema.js'
import { timestamp } from '../../contract/time.js'
import { Delivery, type DeliveryAttempt, type DeliveryDocument } from './delivery.js'
import type { EndpointDocument } from './endpoint.js'
import { checkBlocklist, type EndpointCreation, endpointFields, eventsOf } from './endpoint-input.js'

/** The default secret of endpoints in fixtures and options. It is known, so that a receiver can be set up before the mock starts. */
export const DEFAULT_SECRET = `whsec_${'0'.repeat(32)}`

/** A webhook endpoint in a saved state or a fixture file. Fields that are left out get defaults. */
export interface SavedEndpoint extends EndpointCreation {
  /** The endpoint's ID. */
  id: string
  /** The secret with which webhooks are signed; by default, `whsec_` and 32 zeros. */
  secret?: string
  /** When it was created; by default, when the workspace starts. */
  created_at?: string
  /** When it was last changed; by default, when it was created. */
  updated_at?: string
  /** How many deliveries in a row have used up their retries; by default, none. */
  failures?: number
}

const time = (description: string) => Type.String({ format: 'date-time', description })

export const SavedEndpoint = schemaOf<SavedEndpoint>()(Type.Object({
  id: Type.String({ minLength: 1, description: 'Webhook endpoint ID' }),
  ...endpointFields,
  environment: Type.Optional(oneOf(['live', 'sandbox'] as const, { description: 'The environment whose events are sent; by default sandbox' })),
  secret: Type.Optional(Type.String({ minLength: 1, description: 'The key of its signatures; by default `whsec_` and 32 zeros' })),
  created_at: Type.Optional(time('When it was created; by default when the workspace starts')),
  updated_at: Type.Optional(time('When it was last changed; by default when it was created')),
  failures: Type.Optional(Type.Integer({ minimum: 0, description: 'How many deliveries in a row have used up their retries; by default none' }))
}, { $id: 'SavedWebhookEndpoint', additionalProperties: false, description: 'A webhook endpoint; what it leaves out has a default' }))

/** A webhook delivery in a saved state. */
export type SavedDelivery = Omit<DeliveryDocument, 'bytes'>

const { properties: fields } = Delivery

const SavedAttempt = schemaOf<DeliveryAttempt>()(Type.Object({
  at: time('When it began'),
  http_status: nullable(Type.Integer({ description: 'The HTTP status of the response; null when there was none' })),
  error: nullable(Type.String({ description: 'Why it failed; null when it did not' })),
  fault: nullable(Type.String({ description: 'The fault that took effect; null when none did' }))
}, { $id: 'SavedWebhookAttempt', additionalProperties: false, description: 'One attempt to send a delivery' }))

export const SavedDelivery = schemaOf<SavedDelivery>()(Type.Object({
  id: Type.String({ minLength: 1, description: 'Webhook delivery ID' }),
  endpoint_id: fields.endpoint_id,
  environment: oneOf(['live', 'sandbox'] as const, { description: 'The environment of the event' }),
  event: fields.event,
  session_id: fields.session_id,
  url: fields.url,
  status: fields.status,
  attempts: Type.Unsafe<readonly DeliveryAttempt[]>(Type.Array(ref(SavedAttempt), { description: 'All attempts, the oldest first' })),
  created_at: fields.created_at,
  next_attempt_at: fields.next_attempt_at,
  held: Type.Boolean({ description: 'Whether it waits for somebody to deliver or release it' }),
  body: Type.String({ description: 'The exact body' })
}, { $id: 'SavedWebhookDelivery', additionalProperties: false, description: 'A webhook delivery' }))

/** The problems of endpoints that their schema cannot find. Their URLs may have any host: deliveries to a refused host fail. */
export function checkEndpoints (endpoints: readonly SavedEndpoint[], place: Problem['loc']): Problem[] {
  return endpoints.flatMap(({ attribute_blocklist: blocklist = [] }, index) => checkBlocklist(blocklist, [...place, index, 'attribute_blocklist']))
}

/** The problems of deliveries that their schema cannot find. */
export function checkDeliveries (deliveries: readonly SavedDelivery[], place: Problem['loc']): Problem[] {
  return deliveries.flatMap(({ status, held, next_attempt_at: at, body }, index) => [
    ...(status === 'pending' && !held && at === null
      ? [{ loc: [...place, index, 'next_attempt_at'], msg: 'must be a time, since the delivery is pending', type: 'value_error' }]
      : []),
    ...(isJson(body) ? [] : [{ loc: [...place, index, 'body'], msg: 'must be JSON', type: 'value_error' }])
  ])
}

function isJson (text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** An endpoint as the store keeps it, with defaults for the fields that are left out. */
export function completeEndpoint (saved: SavedEndpoint, now: number): EndpointDocument {
  const createdAt = timestamp(saved.created_at ?? now)
  return {
    id: saved.id,
    url: saved.url,
    environment: saved.environment ?? 'sandbox',
    enabled: saved.enabled ?? true,
    enabled_events: eventsOf(saved.enabled_events ?? []),
    created_at: createdAt,
    updated_at: saved.updated_at === undefined ? createdAt : timestamp(saved.updated_at),
    label: saved.label ?? null,
    description: saved.description ?? null,
    attribute_blocklist: saved.attribute_blocklist ?? [],
    event_filter_conditions: saved.event_filter_conditions ?? {},
    api_version: saved.api_version ?? null,
    key_inflection: saved.key_inflection ?? 'snake',
    secret: saved.secret ?? DEFAULT_SECRET,
    failures: saved.failures ?? 0
  }
}

/** A delivery as in a saved state. */
export function saveDelivery ({ bytes, ...delivery }: DeliveryDocument): SavedDelivery {
  return delivery
}

/** A delivery as the store keeps it. */
export function restoreDelivery (saved: SavedDelivery): DeliveryDocument {
  return { ...saved, bytes: 1_000 + saved.url.length + saved.body.length }
}
