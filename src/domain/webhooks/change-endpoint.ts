import { timestamp } from '../../contract/time.js'
import type { Decision } from '../decision.js'
import { newSecret } from './create-endpoint.js'
import type { EndpointDocument } from './endpoint.js'
import { checkEndpoint, type EndpointLimits, type EndpointUpdate, eventsOf } from './endpoint-input.js'
import { type ClonedEndpoint, type NewEndpoint, type ShownEndpoint, showEndpoint, showNewEndpoint } from './shown-endpoint.js'

/**
 * Changes the given fields of a webhook endpoint. Enabling an endpoint resets its count of failed deliveries.
 * @throws ApiError 422 if the mock may not send to its new URL
 */
export function updateEndpoint (
  before: EndpointDocument, given: EndpointUpdate, now: number, limits: EndpointLimits
): Decision<ShownEndpoint> {
  checkEndpoint(given, limits)
  const { enabled_events: events = before.enabled_events, enabled } = given
  const after = {
    ...before, ...given, enabled_events: eventsOf(events), updated_at: timestamp(now), failures: enabled === true ? 0 : before.failures
  }
  return { puts: { endpoints: [after] }, events: [], response: { status: 200, body: showEndpoint(after) } }
}

/** Deletes a webhook endpoint. Its deliveries stay. */
export function deleteEndpoint ({ id }: EndpointDocument): Decision<null> {
  return { deletes: { endpoints: [id] }, events: [], response: { status: 204, body: null } }
}

/** Gives a webhook endpoint a new secret. The old one is no longer used. */
export function rotateSecret (before: EndpointDocument, now: number, newId: (prefix: string) => string): Decision<NewEndpoint> {
  const after = { ...before, updated_at: timestamp(now), secret: newSecret(newId) }
  return { puts: { endpoints: [after] }, events: [], response: { status: 200, body: showNewEndpoint(after) } }
}

/** Copies a webhook endpoint. The copy gets its own secret. */
export function cloneEndpoint (original: EndpointDocument, now: number, newId: (prefix: string) => string): Decision<ClonedEndpoint> {
  const time = timestamp(now)
  const copy = { ...original, id: newId('webhook_'), created_at: time, updated_at: time, secret: newSecret(newId), failures: 0 }
  return {
    puts: { endpoints: [copy] },
    events: [],
    response: { status: 201, body: { ...showNewEndpoint(copy), cloned_from: original.id } }
  }
}
