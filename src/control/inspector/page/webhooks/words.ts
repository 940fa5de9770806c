import type { WebhookEvent } from '../../../../domain/events.js'
import type { DeliveryStatus } from '../../../../domain/webhooks/delivery.js'
import type { WebhookTiming } from '../../../../domain/webhooks/webhooks.js'
import { span } from '../time.js'

/** The events of sessions. The page cannot import code of the server, so it repeats them and the statuses; a test compares them. */
export const events = [
  'session.created', 'session.link_generated', 'session.started', 'session.expired', 'session.approved', 'session.declined',
  'session.requires-review', 'session.redacted'
] as const satisfies readonly WebhookEvent[]

/** The event that tests an endpoint. */
export const TEST_EVENT = 'webhook.test'

export const statuses = ['pending', 'succeeded', 'failed'] as const satisfies readonly DeliveryStatus[]

/** When webhooks are sent. */
export function timingInWords (timing: WebhookTiming): string {
  return typeof timing === 'number' ? `Sent ${span(timing)} after the event` : `Sent ${timing} the response`
}

/** How long it is until a time: `in 4 min`, or `now` when less than a second is left. */
export function untilInWords (timestamp: string, now: number): string {
  const left = Date.parse(timestamp) - now
  return left < 1_000 ? 'now' : `in ${span(left)}`
}

/** How often a delivery was sent. */
export function attemptsInWords (attempts: number): string {
  return attempts === 0 ? 'not sent yet' : `${attempts} attempt${attempts === 1 ? '' : 's'}`
}
