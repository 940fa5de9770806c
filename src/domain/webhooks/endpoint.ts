import { Type } from '@sinclair/typebox'
import { type KeyInflection, keyInflections } from '../../contract/casing.js'
import { nullable, oneOf, schemaOf } from '../../contract/schema.js'
import type { Environment } from '../sessions/session.js'

const environments = ['live', 'sandbox'] as const

/** An endpoint to which webhooks are delivered, with its fields in the order of the vendor's page. */
export interface WebhookEndpoint {
  /** The endpoint's ID: `webhook_` and 20 hexadecimal characters. */
  readonly id: string
  /** The URL to which events are sent. */
  readonly url: string
  /** The environment whose events are sent. */
  readonly environment: Environment
  /** Whether events are sent. */
  readonly enabled: boolean
  /** The events that are sent; an empty list means all. */
  readonly enabled_events: readonly string[]
  /** When the endpoint was created. */
  readonly created_at: string
  /** When the endpoint was last changed. */
  readonly updated_at: string
  /** The user's own name for the endpoint. */
  readonly label: string | null
  /** What the endpoint is for. */
  readonly description: string | null
  /** Dotted paths, in snake_case, of fields that are left out of payloads. */
  readonly attribute_blocklist: readonly string[]
  /** Values that a payload must have, by dotted path in snake_case. Events without them are not sent. */
  readonly event_filter_conditions: Readonly<Record<string, unknown>>
  /** The API version of the payloads. */
  readonly api_version: string | null
  /** The casing of the payloads. */
  readonly key_inflection: KeyInflection
}

const text = (description: string) => nullable(Type.String({ description }))
const time = (description: string) => Type.String({ format: 'date-time', description })

export const WebhookEndpoint = schemaOf<WebhookEndpoint>()(Type.Object({
  id: Type.String({ minLength: 1, description: 'Webhook endpoint ID' }),
  url: Type.String({ description: 'Where events are sent' }),
  environment: oneOf(environments, { description: 'The environment whose events are sent' }),
  enabled: Type.Boolean({ description: 'Whether events are sent' }),
  enabled_events: Type.Unsafe<readonly string[]>(Type.Array(Type.String(), { description: 'The events that are sent; empty for all' })),
  created_at: time('When the endpoint was created, in UTC'),
  updated_at: time('When the endpoint was last changed, in UTC'),
  label: text('Your own name for the endpoint'),
  description: text('What the endpoint is for'),
  attribute_blocklist: Type.Unsafe<readonly string[]>(Type.Array(Type.String(), {
    description: 'Dotted paths, in snake_case, of fields that are left out of payloads'
  })),
  event_filter_conditions: Type.Unsafe<Readonly<Record<string, unknown>>>({
    type: 'object',
    additionalProperties: true,
    description: 'Values that a payload must have, by dotted path in snake_case; events without them are not sent'
  }),
  api_version: text('The API version of the payloads'),
  key_inflection: oneOf(keyInflections, { description: 'The casing of the payloads' })
}, { $id: 'WebhookEndpoint', description: 'An endpoint to which webhooks are delivered' }))

/** An endpoint, as the store keeps it. */
export interface EndpointDocument extends WebhookEndpoint {
  /** The secret with which webhooks are signed: `whsec_` and 32 hexadecimal characters. */
  readonly secret: string
  /** How many deliveries in a row have used up their retries. After ten, the endpoint is disabled. */
  readonly failures: number
}
