import type { DeliveryDocument } from './delivery.js'

/** A delivery that has not been sent, or not for the last time. */
export interface WaitingDelivery {
  id: string
  endpoint_id: string
  event: string
  session_id: string | null
  /**
   * `sending`: the receiver has not responded. `queued`: it waits for another one. `scheduled`: its time has not come. `held`: somebody
   * holds it.
   */
  state: 'sending' | 'queued' | 'scheduled' | 'held'
  /** When it is sent next, by the clock of the mock; null unless it is scheduled. */
  next_attempt_at: string | null
}

/** A pending delivery as people wait for it. */
export function toWaiting (
  { id, endpoint_id, event, session_id, held, next_attempt_at: at }: DeliveryDocument, inFlight: 'sending' | 'queued' | undefined
): WaitingDelivery {
  const state = inFlight ?? (held ? 'held' : 'scheduled')
  return { id, endpoint_id, event, session_id, state, next_attempt_at: state === 'scheduled' ? at : null }
}
