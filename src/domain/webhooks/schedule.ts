import type { DueItem } from '../timeline.js'
import type { DeliveryDocument } from './delivery.js'

/** The type of the due items that send deliveries. They follow from the deliveries, so a saved state has none of them. */
export const WEBHOOK_ATTEMPT = 'webhook.attempt'

/** The due item that sends a pending delivery at its time. */
export function attemptOf ({ id, next_attempt_at: at }: DeliveryDocument): DueItem {
  return { id: `attempt:${id}`, at: Date.parse(at as string), type: WEBHOOK_ATTEMPT, subject: id }
}
