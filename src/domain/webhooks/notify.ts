import type { Decision } from '../decision.js'
import type { DeliveryDocument } from './delivery.js'
import type { EndpointDocument } from './endpoint.js'
import { attemptOf } from './schedule.js'

/** Makes the deliveries of what happened: one for each endpoint that wants it. A pure function, but for the IDs. */
export type Notify = (decision: Omit<Decision, 'response'>, endpoints: readonly EndpointDocument[], now: number) => readonly DeliveryDocument[]

/** A decision with the deliveries of its events, which are written in the same step. */
export function withDeliveries<D extends Omit<Decision, 'response'>> (decision: D, deliveries: readonly DeliveryDocument[]): D {
  if (deliveries.length === 0) return decision
  const { puts } = decision
  return Object.assign({}, decision, {
    puts: Object.assign({}, puts, { deliveries, due: [...puts?.due ?? [], ...deliveries.map(attemptOf)] })
  })
}
