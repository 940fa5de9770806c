import type { Outcome } from '../apply.js'
import type { Delivery, DeliveryDocument } from './delivery.js'
import type { EndpointDocument } from './endpoint.js'
import type { Notify } from './notify.js'
import type { Send, SendResult } from './sending.js'

/** The payloads of webhooks: all fields side by side, or those of the session in `data`. */
export const payloadForms = ['flat', 'nested'] as const
export type PayloadForm = typeof payloadForms[number]

/** When webhooks are sent: before the API responds to the request that caused them, after it, or so many milliseconds later. */
export type WebhookTiming = 'before' | 'after' | number

export interface WebhooksOptions {
  /** Sends a webhook over HTTP. */
  send: Send
  /** The form of the payloads. */
  payload: PayloadForm
  /** Whose time is signed: the machine's, or that of the mock's clock. */
  signatureTime: 'machine' | 'mock'
}

/** What a test waits for. */
export interface WaitingDelivery {
  id: string
  endpoint_id: string
  event: string
  session_id: string | null
  /** `sending`: the receiver has not responded. `queued`: it waits for another one. `scheduled`: its time has not come. `held`: see `hold`. */
  state: 'sending' | 'queued' | 'scheduled' | 'held'
  /** When it is sent next, by the clock of the mock; null unless it is scheduled. */
  next_attempt_at: string | null
}

/** The webhooks of a world: sends its deliveries, and lets a test hold them. */
export class Webhooks {
  /** Whether nothing is sent until somebody delivers or releases it. */
  held = false
  /** When webhooks are sent. */
  timing: WebhookTiming = 'after'
  /** How many deliveries were dropped because there were too many, or too large ones. */
  dropped = 0

  constructor (readonly options: WebhooksOptions) {}

  /** Makes the deliveries of what happened. */
  readonly notify: Notify = () => []

  /** Resolves when the deliveries of a request have had their first attempt, if its response has to wait for that. */
  beforeResponse (_outcome: Outcome): Promise<void> | undefined {
    return undefined
  }

  /** Sends a delivery that is due. */
  async attempt (_id: string): Promise<void> {}

  /** Sends `webhook.test` to an endpoint, once. Returns the delivery that it made, which is not written yet. */
  async test (_endpoint: EndpointDocument): Promise<{ delivery: DeliveryDocument, result: SendResult }> {
    throw new Error('not yet')
  }

  /** Sends held deliveries, one after the other in the given order, and resolves when all have had their attempt. */
  async deliver (_ids: readonly string[]): Promise<Delivery[]> {
    throw new Error('not yet')
  }

  /** Holds nothing any more, and sends what was held. */
  async release (): Promise<void> {}

  /** What has not been sent, or not for the last time. */
  async waiting (): Promise<WaitingDelivery[]> {
    return []
  }

  /** Stops for good: attempts in flight are ended, and nothing is sent any more. */
  stop (): void {}
}
