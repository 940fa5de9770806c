import type { MaskedEndpoint } from '../domain/webhooks/masked-endpoint.js'
import type { TriggeredEvent } from '../domain/webhooks/trigger.js'
import type { WebhookExpectation } from '../domain/webhooks/verification.js'
import type { WaitingDelivery } from '../domain/webhooks/waiting.js'
import type { WebhookDelivery } from '../domain/webhooks/webhook-delivery.js'
import type { WebhookQuery } from '../domain/webhooks/webhook-query.js'
import type { WebhookTiming } from '../domain/webhooks/webhooks.js'
import type { WebhookState } from './routes/webhook-state.js'

/** The webhooks of a mock. */
export interface WebhookControl {
  /**
   * Resolves when nothing is due and no webhook is being sent, with the deliveries that still wait: scheduled or held ones. If that takes
   * longer than `timeout` milliseconds (4,000 by default), rejects with a 409 that lists the deliveries that wait.
   */
  settled (options?: { timeout?: number }): Promise<WaitingDelivery[]>
  /** Returns the matching deliveries, oldest first. `limit` returns only that many of the newest. */
  deliveries (filter?: WebhookQuery): Promise<WebhookDelivery[]>
  /** Returns a delivery. Rejects with a 404 if it does not exist. */
  delivery (id: string): Promise<WebhookDelivery>
  /** Returns the endpoints of both environments, the oldest first, with their secrets masked. */
  endpoints (): Promise<MaskedEndpoint[]>
  /** Resolves with the number of matching deliveries if the expectation is met. Else rejects with an `UnmetExpectation<NearDelivery>`. */
  verify (expectation: WebhookExpectation): Promise<number>
  /** Holds webhooks: they are not sent until you deliver or release them. */
  hold (): Promise<void>
  /**
   * Sends held, scheduled, or failed deliveries now, one after the other in the given order, and resolves with them after their attempts.
   * `all` means all held deliveries. Rejects with a 404 if a delivery does not exist, and with a 409 if a delivery is being sent or has
   * succeeded; then sends none.
   */
  deliver (ids: string | readonly string[]): Promise<WebhookDelivery[]>
  /** Stops holding webhooks, and sends the held ones in the order of their events. `settled` waits for them. */
  release (): Promise<void>
  /**
   * Sets when webhooks are sent: before the response to the request that caused them, which then waits for the receiver; after the
   * response; or a number of milliseconds of the mock's clock later.
   */
  timing (timing: WebhookTiming): Promise<void>
  /**
   * Sends webhooks of an event that did not happen to every endpoint that receives it, and resolves with the deliveries. Rejects with a
   * 404 if the session does not exist.
   */
  trigger (event: string, options?: Omit<TriggeredEvent, 'event'>): Promise<WebhookDelivery[]>
  /** Returns whether webhooks are held, when they are sent, and how many deliveries were dropped. */
  state (): Promise<WebhookState>
}
