import type { Decision } from '../decision.js'
import { checkEndpoint, type EndpointCreation, type EndpointLimits } from './endpoint-input.js'
import { completeEndpoint } from './saved.js'
import { type NewEndpoint, showNewEndpoint } from './shown-endpoint.js'

/** What a new endpoint is created with, besides the request's body. */
export interface EndpointMaking extends EndpointLimits {
  now: number
  newId: (prefix: string) => string
}

/**
 * Creates a webhook endpoint, in the environment of the API key.
 * @throws ApiError 422 if the mock may not send to its URL
 */
export function createEndpoint (given: EndpointCreation, { now, newId, ...limits }: EndpointMaking): Decision<NewEndpoint> {
  checkEndpoint(given, limits)
  const { environment } = limits
  const endpoint = completeEndpoint({ ...given, id: newId('webhook_'), environment, secret: newSecret(newId) }, now)
  return { puts: { endpoints: [endpoint] }, events: [], response: { status: 201, body: showNewEndpoint(endpoint) } }
}

/** A secret: `whsec_` and 32 hexadecimal characters. */
export function newSecret (newId: (prefix: string) => string): string {
  return newId('whsec_') + newId('').slice(0, 12)
}
