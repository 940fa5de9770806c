import { isDeepStrictEqual } from 'node:util'
import { timestamp } from '../../contract/time.js'
import type { Decision } from '../decision.js'
import { type Event, webhookEvents } from '../events.js'
import { type Environment, environmentOf } from '../sessions/session.js'
import type { DeliveryDocument } from './delivery.js'
import type { EndpointDocument } from './endpoint.js'
import { type PayloadForm, valueAt, writeBody } from './payload-body.js'
import { type Payload, payloadOf } from './payload.js'
import { attemptOf } from './schedule.js'

/** Creates the deliveries of events, one for each endpoint that receives an event. A pure function, except for the IDs. */
export type Notify = (decision: Omit<Decision, 'response'>, endpoints: readonly EndpointDocument[], now: number) => readonly DeliveryDocument[]

/** How to create deliveries. */
export interface NotifyOptions {
  /** The form of the payloads. */
  payload: PayloadForm
  /** Creates an unused ID. */
  newId: (prefix: string) => string
  /** Creates the ID of a delivery. The IDs sort in the order in which they are created. */
  newDeliveryId: () => string
  /** The delay of first attempts, in milliseconds. */
  delay: () => number
}

const sent: ReadonlySet<string> = new Set(webhookEvents)

/** Returns the function that turns events into deliveries. It ignores events that are not sent. */
export function createNotify (options: NotifyOptions): Notify {
  return ({ puts, events }, endpoints, now) => {
    if (endpoints.length === 0) return []
    return events.filter(({ type }) => sent.has(type)).flatMap(({ type, session_id: id, after }: Event) => {
      const environment = environmentOf(after)
      const result = puts?.results?.find(document => document.id === id)?.result
      const payload = payloadOf({ event: type, environment, key: options.newId('idk_'), session: after, result })
      return deliveriesOf(payload, endpoints.filter(endpoint => wants(endpoint, environment, payload)), now, options)
    })
  }
}

/** Whether an endpoint receives an event of an environment. Filters see the whole payload, including fields on the blocklist. */
export function wants (endpoint: EndpointDocument, environment: Environment, payload: Payload): boolean {
  const { enabled, enabled_events: names, event_filter_conditions: conditions } = endpoint
  return enabled && endpoint.environment === environment &&
    (names.length === 0 || names.includes('*') || names.includes(payload.event)) &&
    Object.entries(conditions).every(([path, expected]) => isDeepStrictEqual(valueAt(payload, path), expected))
}

/** About how many bytes a delivery takes besides its body. */
const OVERHEAD = 1_000

/** Creates the deliveries of a payload, one for each of the endpoints, regardless of their filters. */
export function deliveriesOf (
  payload: Payload, endpoints: readonly EndpointDocument[], now: number, options: Omit<NotifyOptions, 'newId'>
): readonly DeliveryDocument[] {
  const createdAt = timestamp(now)
  const nextAttemptAt = timestamp(now + options.delay())
  const write = bodyWriter(payload, options.payload, createdAt)
  return endpoints.map(endpoint => {
    const body = write(endpoint)
    return {
      id: options.newDeliveryId(),
      endpoint_id: endpoint.id,
      environment: endpoint.environment,
      event: payload.event,
      session_id: payload.session_id,
      url: endpoint.url,
      status: 'pending',
      attempts: [],
      created_at: createdAt,
      next_attempt_at: nextAttemptAt,
      held: false,
      body,
      bytes: OVERHEAD + endpoint.url.length + body.length
    }
  })
}

/** Writes the bodies of a payload. Endpoints with the same settings for payloads share a body. */
function bodyWriter (payload: Payload, form: PayloadForm, createdAt: string): (endpoint: EndpointDocument) => string {
  const bodies = new Map<string, string>()
  return ({ key_inflection: inflection, attribute_blocklist: blocklist }) => {
    const kind = JSON.stringify([inflection, blocklist])
    const body = bodies.get(kind) ?? writeBody(payload, { form, inflection, blocklist, createdAt })
    bodies.set(kind, body)
    return body
  }
}

/** A decision with the deliveries of its events, which are written in the same step. */
export function withDeliveries<D extends Omit<Decision, 'response'>> (decision: D, deliveries: readonly DeliveryDocument[]): D {
  if (deliveries.length === 0) return decision
  const { puts } = decision
  return Object.assign({}, decision, {
    puts: Object.assign({}, puts, { deliveries, due: [...puts?.due ?? [], ...deliveries.map(attemptOf)] })
  })
}
