import { apiError } from '../../contract/errors.js'
import { timestamp } from '../../contract/time.js'
import type { Changes, Found } from '../store.js'
import type { DeliveryDocument } from './delivery.js'
import { attemptId } from './schedule.js'

/** The documents that a claim reads: the deliveries, and the due items that would send them. */
interface ClaimReads {
  deliveries: readonly string[]
  due: readonly string[]
}

/** The reads for a claim of deliveries. */
export function claimReads (ids: readonly string[]): ClaimReads {
  return { deliveries: ids, due: ids.map(attemptId) }
}

/**
 * Takes held, scheduled, and failed deliveries off the timeline, to send them now. A pending delivery that is neither held nor on the
 * timeline is being sent, or about to be.
 * @throws ApiError 404 if a delivery does not exist, 409 if one is being sent or has succeeded
 */
export function claimDeliveries ({ deliveries, due }: Found<ClaimReads>, now: number): Changes & { claimed: readonly DeliveryDocument[] } {
  const claimed = deliveries.map((delivery, index): DeliveryDocument => {
    if (delivery === undefined) throw apiError('deliveryNotFound')
    const { id, status, held } = delivery
    const canBeSent = status === 'failed' || (status === 'pending' && (held || due[index] !== undefined))
    if (!canBeSent) throw apiError('cannotDeliver', { id, state: status === 'pending' ? 'under way' : status })
    return { ...delivery, status: 'pending', held: false, next_attempt_at: timestamp(now) }
  })
  return { puts: { deliveries: claimed }, deletes: { due: claimed.map(({ id }) => attemptId(id)) }, claimed }
}
