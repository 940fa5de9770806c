import { Type } from '@sinclair/typebox'
import { type KeyInflection, keyInflections } from '../../contract/casing.js'
import { type Problem, validationError } from '../../contract/errors.js'
import { nullable, oneOf, schemaOf } from '../../contract/schema.js'
import type { Environment } from '../sessions/session.js'
import { hostOf, isAllowedUrl } from './hosts.js'

/** The fields of a webhook endpoint that a client can set (the vendor's page). */
export interface EndpointCreation {
  /** The URL to which events are sent. */
  url: string
  /** The environment of the API key, whose events are sent. */
  environment?: Environment
  /** Whether events are sent; by default, true. */
  enabled?: boolean
  /** The events that are sent; by default, or with `*`, all. */
  enabled_events?: readonly string[]
  /** The user's own name for the endpoint. */
  label?: string | null
  /** What the endpoint is for. */
  description?: string | null
  /** Dotted paths, in snake_case, of fields that are left out of payloads. */
  attribute_blocklist?: readonly string[]
  /** Values that a payload must have, by dotted path in snake_case. */
  event_filter_conditions?: Readonly<Record<string, unknown>>
  /** The API version of the payloads. */
  api_version?: string | null
  /** The casing of the payloads; by default `snake`. */
  key_inflection?: KeyInflection
}

/** The fields of a webhook endpoint that an update can change. */
export type EndpointUpdate = Partial<EndpointCreation>

const MAX_ITEMS = 100

/** The fields and their bounds. The bounds are our decision. */
export const endpointFields = {
  url: Type.String({ format: 'uri', maxLength: 2_000, description: 'Where events are sent: an http or https URL' }),
  environment: Type.Optional(oneOf(['live', 'sandbox'] as const, { description: 'The environment whose events are sent: that of the API key' })),
  enabled: Type.Optional(Type.Boolean({ description: 'Whether events are sent; by default they are' })),
  enabled_events: Type.Optional(Type.Unsafe<readonly string[]>(Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
    maxItems: MAX_ITEMS, description: 'The events that are sent; by default, and with `*`, all'
  }))),
  label: Type.Optional(nullable(Type.String({ maxLength: 1_000, description: 'Your own name for the endpoint' }))),
  description: Type.Optional(nullable(Type.String({ maxLength: 1_000, description: 'What the endpoint is for' }))),
  attribute_blocklist: Type.Optional(Type.Unsafe<readonly string[]>(Type.Array(Type.String({
    'pattern': '^[a-z][a-z0-9_]*(\\.[^.]+)*$', 'x-takes': 'a dotted path in snake_case, such as result.extracted_data'
  }), { maxItems: MAX_ITEMS, description: 'Dotted paths, in snake_case, of fields that are left out of payloads' }))),
  event_filter_conditions: Type.Optional(Type.Unsafe<Readonly<Record<string, unknown>>>({
    type: 'object', additionalProperties: true, description: 'Values that a payload must have, by dotted path in snake_case'
  })),
  api_version: Type.Optional(nullable(Type.String({ format: 'date', description: 'The API version of the payloads' }))),
  key_inflection: Type.Optional(oneOf(keyInflections, { description: 'The casing of the payloads; by default snake' }))
}

export const EndpointCreation = schemaOf<EndpointCreation>()(Type.Object(endpointFields, {
  $id: 'WebhookEndpointCreation', additionalProperties: false, description: 'A webhook endpoint to create'
}))

export const EndpointUpdate = schemaOf<EndpointUpdate>()(Type.Object({ ...endpointFields, url: Type.Optional(endpointFields.url) }, {
  $id: 'WebhookEndpointUpdate', additionalProperties: false, description: 'Changes of a webhook endpoint; fields that are left out stay as they are'
}))

/** The values that the fields of an endpoint must fit. */
export interface EndpointLimits {
  /** The environment of the API key. */
  environment: Environment
  /** The hosts to which webhooks may be sent, besides loopback. */
  hosts: readonly string[]
}

/** The fields that every payload has (our decision). */
const alwaysSent: readonly string[] = ['event', 'idempotency_key']

/**
 * Checks what the schema cannot.
 * @throws ApiError 422 for a URL to which the mock may not send, the other environment, and a field that cannot be left out of payloads
 */
export function checkEndpoint (
  { url, environment: asked, attribute_blocklist: blocklist = [] }: EndpointUpdate, { environment, hosts }: EndpointLimits
): void {
  const problems: Problem[] = []
  if (url !== undefined && !isAllowedUrl(url, hosts)) {
    const msg = `must be on this machine, or on a host that the mock may send to: add it with --webhook-host ${hostOf(url)} (webhookHosts)`
    problems.push({ loc: ['body', 'url'], msg, type: 'host_not_allowed' })
  }
  if (asked !== undefined && asked !== environment) {
    problems.push({ loc: ['body', 'environment'], msg: `must be ${environment}, the environment of the API key`, type: 'value_error' })
  }
  problems.push(...checkBlocklist(blocklist, ['body', 'attribute_blocklist']))
  if (problems.length > 0) throw validationError(problems)
}

/** The problems of a list of fields that are left out of payloads. */
export function checkBlocklist (blocklist: readonly string[], place: Problem['loc']): Problem[] {
  return blocklist.flatMap((path, index) =>
    alwaysSent.includes(path) ? [{ loc: [...place, index], msg: 'cannot be left out of payloads', type: 'value_error' }] : [])
}

/** The events of an endpoint as they are stored: an empty list means all. */
export function eventsOf (events: readonly string[]): readonly string[] {
  return events.includes('*') ? [] : events
}
