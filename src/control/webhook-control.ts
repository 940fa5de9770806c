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
   * Resolves when nothing is due and no webhook is being sent, with what waits still: for its time, or because it is held. Rejects with a
   * 409 that says what waits when that takes longer than `timeout` milliseconds; 4,000 by default.
   */
  settled (options?: { timeout?: number }): Promise<WaitingDelivery[]>
  /** Returns the deliveries that match, the oldest first; with `limit` only the newest so many. */
  deliveries (filter?: WebhookQuery): Promise<WebhookDelivery[]>
  /** Returns a delivery. Rejects with a 404 when it is not there. */
  delivery (id: string): Promise<WebhookDelivery>
  /** Returns the endpoints of both environments, the oldest first, with their secrets masked. */
  endpoints (): Promise<MaskedEndpoint[]>
  /** Resolves with the number of matching deliveries when the expectation is met; else rejects with an `UnmetExpectation<NearDelivery>`. */
  verify (expectation: WebhookExpectation): Promise<number>
  /** Holds webhooks: none is sent until it is delivered or released. */
  hold (): Promise<void>
  /**
   * Sends deliveries now, one after the other in the given order, and resolves with them when each has had its attempt. They are held, wait
   * for their time, or have failed; `all` are those that are held. Rejects with a 404 when one is not there, with a 409 when one is being
   * sent or has succeeded, and then sends none.
   */
  deliver (ids: string | readonly string[]): Promise<WebhookDelivery[]>
  /** Holds nothing any more, and sends what was held in the order of the events. `settled` waits for it. */
  release (): Promise<void>
  /**
   * Sets when webhooks are sent: before the response to the request that causes them, which then waits for the receiver; after it; or so
   * many milliseconds of the mock's clock later.
   */
  timing (timing: WebhookTiming): Promise<void>
  /**
   * Sends webhooks of an event that did not happen to every endpoint that wants it, and resolves with the deliveries. Rejects with a 404
   * when the session is not there.
   */
  trigger (event: string, options?: Omit<TriggeredEvent, 'event'>): Promise<WebhookDelivery[]>
  /** Returns whether webhooks are held, when they are sent, and how many deliveries were dropped. */
  state (): Promise<WebhookState>
}
