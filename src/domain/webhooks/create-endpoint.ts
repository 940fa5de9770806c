import { timestamp } from '../../contract/time.js'
import type { Decision } from '../decision.js'
import type { EndpointDocument } from './endpoint.js'
import { checkEndpoint, type EndpointCreation, type EndpointLimits, eventsOf } from './endpoint-input.js'
import { type NewEndpoint, showNewEndpoint } from './shown-endpoint.js'

/** What a new endpoint is made with, beside the request's body. */
export interface EndpointMaking extends EndpointLimits {
  now: number
  newId: (prefix: string) => string
}

/**
 * Creates a webhook endpoint, in the environment of the API key.
 * @throws ApiError 422 when the mock may not send to its URL
 */
export function createEndpoint (given: EndpointCreation, { now, newId, ...limits }: EndpointMaking): Decision<NewEndpoint> {
  checkEndpoint(given, limits)
  const createdAt = timestamp(now)
  const endpoint: EndpointDocument = {
    id: newId('webhook_'),
    url: given.url,
    environment: limits.environment,
    enabled: given.enabled ?? true,
    enabled_events: eventsOf(given.enabled_events ?? []),
    created_at: createdAt,
    updated_at: createdAt,
    label: given.label ?? null,
    description: given.description ?? null,
    attribute_blocklist: given.attribute_blocklist ?? [],
    event_filter_conditions: given.event_filter_conditions ?? {},
    api_version: given.api_version ?? null,
    key_inflection: given.key_inflection ?? 'snake',
    secret: newSecret(newId),
    failures: 0
  }
  return { puts: { endpoints: [endpoint] }, events: [], response: { status: 201, body: showNewEndpoint(endpoint) } }
}

/** A secret: `whsec_` and 32 hexadecimal characters. */
export function newSecret (newId: (prefix: string) => string): string {
  return newId('whsec_') + newId('').slice(0, 12)
}
