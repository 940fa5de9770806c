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

/** Makes the deliveries of what happened: one for each endpoint that wants it. A pure function, but for the IDs. */
export type Notify = (decision: Omit<Decision, 'response'>, endpoints: readonly EndpointDocument[], now: number) => readonly DeliveryDocument[]

/** How deliveries are made. */
export interface NotifyOptions {
  /** The form of the payloads. */
  payload: PayloadForm
  /** Makes an ID that is not used yet. */
  newId: (prefix: string) => string
  /** Makes the ID of a delivery. They sort in the order in which they are made. */
  newDeliveryId: () => string
  /** How many milliseconds first attempts wait. */
  delay: () => number
}

const sent: ReadonlySet<string> = new Set(webhookEvents)

/** Makes what turns events into deliveries. The events that are not sent make none. */
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

/** Whether an endpoint wants an event of an environment. Filters see the whole payload, also what the blocklist leaves out. */
export function wants (endpoint: EndpointDocument, environment: Environment, payload: Payload): boolean {
  const { enabled, enabled_events: names, event_filter_conditions: conditions } = endpoint
  return enabled && endpoint.environment === environment &&
    (names.length === 0 || names.includes('*') || names.includes(payload.event)) &&
    Object.entries(conditions).every(([path, expected]) => isDeepStrictEqual(valueAt(payload, path), expected))
}

/** About how many bytes a delivery holds besides its body. */
const OVERHEAD = 1_000

/** Makes the deliveries of a payload, one for each endpoint, whether the endpoint wants it or not. */
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

/** Writes the bodies of a payload. Endpoints that want it alike share one. */
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
