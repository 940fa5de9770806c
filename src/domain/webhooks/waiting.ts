import type { DeliveryDocument } from './delivery.js'

/** A delivery that is being sent, or will be sent. */
export interface WaitingDelivery {
  id: string
  endpoint_id: string
  event: string
  session_id: string | null
  /**
   * `sending`: the receiver has not responded. `queued`: it waits for another delivery. `scheduled`: it is due later. `held`: it waits
   * until you deliver or release it.
   */
  state: 'sending' | 'queued' | 'scheduled' | 'held'
  /** When it is sent next, by the mock's clock; null unless it is scheduled. */
  next_attempt_at: string | null
}

/** The waiting form of a pending delivery. */
export function toWaiting (
  { id, endpoint_id, event, session_id, held, next_attempt_at: at }: DeliveryDocument, inFlight: 'sending' | 'queued' | undefined
): WaitingDelivery {
  const state = inFlight ?? (held ? 'held' : 'scheduled')
  return { id, endpoint_id, event, session_id, state, next_attempt_at: state === 'scheduled' ? at : null }
}
