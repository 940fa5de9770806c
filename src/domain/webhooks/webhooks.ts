import { randomBytes } from 'node:crypto'
import { timestamp } from '../../contract/time.js'
import type { Outcome } from '../apply.js'
import { newId } from '../new-id.js'
import { changeSetting } from '../settings.js'
import type { Changes } from '../store.js'
import type { DueHandler, DueItem } from '../due-item.js'
import { until } from '../until.js'
import { delayed } from './attempt.js'
import { claimDeliveries, claimReads } from './claim-deliveries.js'
import type { DeliveryDocument } from './delivery.js'
import { DeliverySender, type SenderOptions, type WebhookParts } from './delivery-sender.js'
import type { EndpointDocument } from './endpoint.js'
import { createNotify, deliveriesOf, type Notify, type NotifyOptions } from './notify.js'
import { type Payload, payloadOf } from './payload.js'
import type { PayloadForm } from './payload-body.js'
import { attemptOf, sendNowOf } from './schedule.js'
import type { SendResult } from './sending.js'
import { toWaiting, type WaitingDelivery } from './waiting.js'

export interface WebhooksOptions extends SenderOptions {
  /** The form of the payloads. */
  payload: PayloadForm
}

/** When webhooks are sent: before the API responds to the request that caused them, after it, or so many milliseconds later. */
export type WebhookTiming = 'before' | 'after' | number

/** The event of a webhook that somebody has sent to see whether it comes (our decision). */
const TEST_EVENT = 'webhook.test'

const IDS_PER_MILLISECOND = 4_096

/** How the webhooks of a world are sent. */
export interface WebhooksSetting {
  readonly id: 'webhooks'
  /** Whether nothing is sent until somebody delivers or releases it. */
  readonly held: boolean
  /** When webhooks are sent. */
  readonly timing: WebhookTiming
}

/** The webhooks of a world: sends its deliveries, and lets a test hold them. */
export class Webhooks {
  /** Makes the deliveries of what happened. */
  readonly notify: Notify
  readonly #making: NotifyOptions
  readonly #parts: WebhookParts
  readonly #stop = new AbortController()
  readonly #sender: DeliverySender
  #lastId = 0

  constructor (options: WebhooksOptions, parts: WebhookParts) {
    this.#parts = parts
    this.#sender = new DeliverySender(options, parts, this.#stop.signal)
    this.#making = {
      payload: options.payload,
      newId,
      newDeliveryId: () => this.#newDeliveryId(),
      delay: () => typeof this.timing === 'number' ? this.timing : 0
    }
    this.notify = createNotify(this.#making)
  }

  /** Whether nothing is sent until somebody delivers or releases it. */
  get held (): boolean {
    return this.#parts.store.setting('webhooks').held
  }

  /** When webhooks are sent. */
  get timing (): WebhookTiming {
    return this.#parts.store.setting('webhooks').timing
  }

  /** How many deliveries were dropped because there were too many, or too large ones. */
  async dropped (): Promise<number> {
    return this.#parts.store.evicted('deliveries')
  }

  /** Holds webhooks: none is sent until somebody delivers or releases it. */
  async hold (): Promise<void> {
    await changeSetting(this.#parts.store, 'webhooks', before => ({ ...before, held: true }))
  }

  /** Sets when webhooks are sent. */
  async setTiming (timing: WebhookTiming): Promise<void> {
    await changeSetting(this.#parts.store, 'webhooks', before => ({ ...before, timing }))
  }

  /** Makes the deliveries of a payload, one for each endpoint. They are not written yet. */
  deliveriesOf (payload: Payload, endpoints: readonly EndpointDocument[]): readonly DeliveryDocument[] {
    return deliveriesOf(payload, endpoints, this.#parts.clock.now(), this.#making)
  }

  /** The handler of the due items that send deliveries. */
  get dueHandler (): DueHandler<{ deliveries: string[] }> {
    return {
      reads: ({ subject }) => ({ deliveries: [subject] }),
      decide: () => ({}),
      effect: async (item, { deliveries: [delivery] }) => {
        // one that was dropped since is gone
        if (delivery !== undefined) await this.#sender.send(delivery, item)
      }
    }
  }

  /** Resolves when the deliveries of a request have had their first attempt, if its response has to wait for that. */
  beforeResponse ({ deliveries }: Pick<Outcome, 'deliveries'>): Promise<unknown> | undefined {
    if (this.timing !== 'before' || this.#signal.aborted) return undefined
    const isOver = (delivery: DeliveryDocument | undefined) =>
      delivery?.status !== 'pending' || delivery.held || delivery.attempts.length > 0
    return Promise.all(deliveries.map(async ({ id }) =>
      until(this.#parts.store, { deliveries: [id] }, ({ deliveries: [delivery] }) => isOver(delivery), this.#signal)))
  }

  /** Sends `webhook.test` to an endpoint, once, whatever is held. Returns the delivery that it made, which is not written yet. */
  async test (endpoint: EndpointDocument): Promise<{ delivery: DeliveryDocument, result: SendResult }> {
    const { clock, faults } = this.#parts
    const payload = payloadOf({ event: TEST_EVENT, environment: endpoint.environment, key: newId('idk_'), session: undefined })
    const [delivery] = this.deliveriesOf(payload, [endpoint]) as [DeliveryDocument]
    const effect = await faults.takeWebhookEffect({ event: delivery.event, endpoint_id: endpoint.id, session_id: undefined })
    if (effect?.webhook === 'delay') await delayed(effect, this.#signal)
    const at = timestamp(clock.now())
    const result = await this.#sender.sendOnce(delivery, endpoint, effect)
    const { http_status, error } = result
    const attempts = [{ at, http_status, error, fault: effect?.webhook ?? null }]
    return { delivery: { ...delivery, status: error === null ? 'succeeded' : 'failed', attempts, next_attempt_at: null }, result }
  }

  /**
   * Sends deliveries now, one after the other in the given order: those that are held or scheduled, and those that have failed. Resolves
   * when all have had their attempt.
   * @throws ApiError 404 when one is not there, 409 when one is under way or has succeeded; then none is sent
   */
  async deliver (ids: readonly string[]): Promise<void> {
    const { store } = this.#parts
    const call = newId('')
    const { items } = await store.transact(claimReads(ids), (found, now): Changes & { items: readonly DueItem[] } => {
      const { claimed, puts, deletes } = claimDeliveries(found, now)
      const items = claimed.map(({ id }, index) => sendNowOf(id, call, index, now))
      return { puts: { ...puts, due: items }, ...(deletes && { deletes }), items }
    })
    for (const { id } of items) {
      await until(store, { due: [id], running: [id] }, ({ due: [due], running: [running] }) => (due ?? running) === undefined, this.#signal)
    }
  }

  /** Holds nothing any more: sends what was held, in the order of the events. */
  async release (): Promise<void> {
    const { store } = this.#parts
    await changeSetting(store, 'webhooks', before => ({ ...before, held: false }))
    const ids = (await store.list('deliveries')).filter(({ held }) => held).map(({ id }) => id)
    await store.transact({ deliveries: ids }, ({ deliveries }, now) => {
      const released = deliveries.filter(delivery => delivery?.held === true)
        .map((delivery): DeliveryDocument => ({ ...delivery as DeliveryDocument, held: false, next_attempt_at: timestamp(now) }))
      return { puts: { deliveries: released, due: released.map(attemptOf) } }
    })
  }

  /** What has not been sent, or not for the last time, the oldest first. */
  async waiting (): Promise<WaitingDelivery[]> {
    const { store } = this.#parts
    const [deliveries, running] = await Promise.all([store.list('deliveries'), store.list('running')])
    const elsewhere = new Set(running.map(({ subject }) => subject))
    return deliveries.filter(({ status }) => status === 'pending')
      .map(delivery => toWaiting(delivery, this.#sender.stateOf(delivery.id) ?? (elsewhere.has(delivery.id) ? 'sending' : undefined)))
  }

  /** Stops for good: attempts in flight are ended, and nothing is sent any more. */
  stop (): void {
    this.#stop.abort()
  }

  get #signal (): AbortSignal {
    return this.#stop.signal
  }

  /** An ID that sorts behind all earlier ones: what is due at the same time is sent in the order of IDs. */
  #newDeliveryId (): string {
    this.#lastId = Math.max(this.#lastId + 1, Math.floor(this.#parts.clock.machineTime() * IDS_PER_MILLISECOND))
    return `whd_${this.#lastId.toString(16).padStart(14, '0')}${randomBytes(3).toString('hex')}`
  }
}
