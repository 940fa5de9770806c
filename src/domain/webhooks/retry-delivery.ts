import { apiError } from '../../contract/errors.js'
import { timestamp } from '../../contract/time.js'
import type { Decision } from '../decision.js'
import { type Delivery, type DeliveryDocument, toDelivery } from './delivery.js'
import { attemptOf } from './schedule.js'

/**
 * Sends a failed delivery again immediately.
 * @throws ApiError 400 if the delivery has not failed
 */
export function retryDelivery (before: DeliveryDocument, now: number): Decision<Delivery> {
  if (before.status !== 'failed') throw apiError('cannotRetry', { status: before.status })
  const after: DeliveryDocument = { ...before, status: 'pending', next_attempt_at: timestamp(now) }
  return { puts: { deliveries: [after], due: [attemptOf(after)] }, events: [], response: { status: 202, body: toDelivery(after) } }
}
