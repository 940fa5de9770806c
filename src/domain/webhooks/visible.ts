import { apiError } from '../../contract/errors.js'
import type { Environment } from '../sessions/session.js'
import type { DeliveryDocument } from './delivery.js'
import type { EndpointDocument } from './endpoint.js'

/**
 * A webhook endpoint as an API key sees it.
 * @throws ApiError 404 if the environment has no such endpoint
 */
export function endpointIn (environment: Environment, id: string, endpoint: EndpointDocument | undefined): EndpointDocument {
  if (endpoint?.environment !== environment) throw apiError('endpointNotFound', {}, { reason: reasonOf('webhook endpoint', id, environment, endpoint) })
  return endpoint
}

/**
 * A webhook delivery as an API key sees it.
 * @throws ApiError 404 if the environment has no such delivery
 */
export function deliveryIn (environment: Environment, id: string, delivery: DeliveryDocument | undefined): DeliveryDocument {
  if (delivery?.environment !== environment) throw apiError('deliveryNotFound', {}, { reason: reasonOf('webhook delivery', id, environment, delivery) })
  return delivery
}

function reasonOf (kind: string, id: string, environment: Environment, found: { environment: Environment } | undefined): string {
  if (found === undefined) return `no ${kind} has the ID "${id}"`
  return `${id} is a ${found.environment} ${kind}, the API key is ${environment}`
}
