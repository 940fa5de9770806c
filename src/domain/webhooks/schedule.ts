import { timestamp } from '../../contract/time.js'
import type { Changes } from '../store.js'
import type { DueItem } from '../due-item.js'
import type { DeliveryAttempt, DeliveryDocument } from './delivery.js'
import type { EndpointDocument } from './endpoint.js'

const SECOND = 1000
const MINUTE = 60 * SECOND

/** The intervals from each failed attempt to the next. Three intervals are the vendor's, the others our decision. */
const RETRY_AFTER = [30 * SECOND, 2 * MINUTE, 8 * MINUTE, 32 * MINUTE, 128 * MINUTE] as const

/** The maximum number of attempts: the first, and five retries (the vendor's page). */
export const MAX_ATTEMPTS = RETRY_AFTER.length + 1

/** After how many deliveries in a row that used up their retries the endpoint is disabled (the vendor's page). */
export const MAX_FAILURES = 10

/** The type of the due items that send deliveries. They follow from the deliveries, so a saved state has none of them. */
export const WEBHOOK_ATTEMPT = 'webhook.attempt'

/** The ID of the due item that sends a delivery. */
export function attemptId (deliveryId: string): string {
  return `attempt:${deliveryId}`
}

/** The due item that sends a pending delivery at its time. */
export function attemptOf ({ id, next_attempt_at: at }: DeliveryDocument): DueItem {
  return { id: attemptId(id), at: Date.parse(at as string), type: WEBHOOK_ATTEMPT, subject: id }
}

/** The type of the due items that send a delivery because a call requests it, even while webhooks are held. */
export const WEBHOOK_SEND = 'webhook.send'

/**
 * The due item that sends a delivery because a call requests it.
 * @param call the ID of the call, whose deliveries are sent one after the other
 * @param index the position of the delivery in the call
 */
export function sendNowOf (deliveryId: string, call: string, index: number, now: number): DueItem {
  return { id: `send:${call}:${String(index).padStart(8, '0')}`, at: now, type: WEBHOOK_SEND, subject: deliveryId }
}

/** The ID of the call that requested a due item; `undefined` for a scheduled attempt. */
export function callOf ({ id, type }: DueItem): string | undefined {
  return type === WEBHOOK_SEND ? id.split(':')[1] : undefined
}

/** An attempt that is over. */
export interface FinishedAttempt extends DeliveryAttempt {
  /** The URL to which it was sent. */
  readonly url: string
  /** Whether another attempt is useless. */
  readonly final: boolean
}

/**
 * Records an attempt. A failed delivery is sent again later, until its retries are used up. Too many such deliveries in a row disable the
 * endpoint.
 */
export function recordAttempt (
  delivery: DeliveryDocument, endpoint: EndpointDocument | undefined, { url, final, ...attempt }: FinishedAttempt, now: number
): Changes {
  const attempts = [...delivery.attempts, attempt]
  const done = { ...delivery, url, attempts, held: false, next_attempt_at: null }
  if (attempt.error === null) {
    return putAll({ ...done, status: 'succeeded' }, endpoint === undefined || endpoint.failures === 0 ? undefined : { ...endpoint, failures: 0 })
  }
  const wait = RETRY_AFTER[attempts.length - 1]
  if (!final && wait !== undefined) {
    const again: DeliveryDocument = { ...done, next_attempt_at: timestamp(now + wait) }
    return { puts: { deliveries: [again], due: [attemptOf(again)] } }
  }
  // a later retry by a call does not count again
  const isExhausted = !final && attempts.length === MAX_ATTEMPTS
  return putAll({ ...done, status: 'failed' }, isExhausted && endpoint !== undefined ? withFailure(endpoint, now) : undefined)
}

function putAll (delivery: DeliveryDocument, endpoint: EndpointDocument | undefined): Changes {
  return { puts: { deliveries: [delivery], ...(endpoint !== undefined && { endpoints: [endpoint] }) } }
}

function withFailure (endpoint: EndpointDocument, now: number): EndpointDocument {
  const failures = endpoint.failures + 1
  return { ...endpoint, failures, ...(failures >= MAX_FAILURES && endpoint.enabled && { enabled: false, updated_at: timestamp(now) }) }
}
