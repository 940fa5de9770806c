import { Type } from '@sinclair/typebox'
import { schemaOf } from '../../contract/schema.js'
import type { Decision } from '../decision.js'
import { webhookEvents } from '../events.js'
import type { Environment } from '../sessions/session.js'
import type { EndpointDocument } from './endpoint.js'
import { type EndpointList, type ShownEndpoint, showEndpoint } from './shown-endpoint.js'

/** Lists the webhook endpoints of an environment, oldest first. */
export function listEndpoints (environment: Environment, endpoints: readonly EndpointDocument[]): Decision<EndpointList> {
  const data = endpoints.filter(endpoint => endpoint.environment === environment).map(showEndpoint)
  return { events: [], response: { status: 200, body: { data } } }
}

/** Shows a webhook endpoint. */
export function getEndpoint (endpoint: EndpointDocument): Decision<ShownEndpoint> {
  return { events: [], response: { status: 200, body: showEndpoint(endpoint) } }
}

/** The events that can be sent to webhook endpoints. */
export interface EventTypeList {
  /** The names of the events. */
  data: readonly string[]
}

export const EventTypeList = schemaOf<EventTypeList>()(Type.Object({
  data: Type.Unsafe<readonly string[]>(Type.Array(Type.String(), { description: 'The names of the events' }))
}, { $id: 'WebhookEventTypeList', description: 'The events that can be sent to webhook endpoints' }))

/** Lists the events that can be sent. */
export function listEventTypes (): Decision<EventTypeList> {
  return { events: [], response: { status: 200, body: { data: webhookEvents } } }
}
