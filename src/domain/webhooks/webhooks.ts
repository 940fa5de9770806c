import { randomBytes } from 'node:crypto'
import { timestamp } from '../../contract/time.js'
import type { Outcome } from '../apply.js'
import type { DueHandler, DueItem } from '../due-item.js'
import { newId } from '../new-id.js'
import { changeSetting } from '../settings.js'
import type { Changes } from '../store.js'
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

/** When webhooks are sent: before the response to the request that caused them, after it, or a number of milliseconds later. */
export type WebhookTiming = 'before' | 'after' | number

/** The event of a webhook that tests an endpoint (our decision). */
const TEST_EVENT = 'webhook.test'

const IDS_PER_MILLISECOND = 4_096

/** How the webhooks of a world are sent. */
export interface WebhooksSetting {
  readonly id: 'webhooks'
  /** Whether webhooks are held: they are not sent until they are delivered or released. */
  readonly held: boolean
  /** When webhooks are sent. */
  readonly timing: WebhookTiming
}

/** Sends the webhooks of a world, and lets a test hold them. */
export class Webhooks {
  /** Creates the deliveries of events. */
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

  /** Whether webhooks are held: they are not sent until they are delivered or released. */
  get held (): boolean {
    return this.#parts.store.setting('webhooks').held
  }

  /** When webhooks are sent. */
  get timing (): WebhookTiming {
    return this.#parts.store.setting('webhooks').timing
  }

  /** How many deliveries were dropped because they exceeded the bounds. */
  async dropped (): Promise<number> {
    return this.#parts.store.evicted('deliveries')
  }

  /** Holds webhooks: they are not sent until they are delivered or released. */
  async hold (): Promise<void> {
    await changeSetting(this.#parts.store, 'webhooks', before => ({ ...before, held: true }))
  }

  /** Sets when webhooks are sent. */
  async setTiming (timing: WebhookTiming): Promise<void> {
    await changeSetting(this.#parts.store, 'webhooks', before => ({ ...before, timing }))
  }

  /** Creates the deliveries of a payload, one for each endpoint. They are not written yet. */
  deliveriesOf (payload: Payload, endpoints: readonly EndpointDocument[]): readonly DeliveryDocument[] {
    return deliveriesOf(payload, endpoints, this.#parts.clock.now(), this.#making)
  }

  /** The handler of the due items that send deliveries. */
  get dueHandler (): DueHandler<{ deliveries: string[] }> {
    return {
      reads: ({ subject }) => ({ deliveries: [subject] }),
      decide: () => ({}),
      effect: async (item, { deliveries: [delivery] }) => {
        // undefined if the delivery was dropped in the meantime
        if (delivery !== undefined) await this.#sender.send(delivery, item)
      }
    }
  }

  /** If the response to a request has to wait for its webhooks, resolves after their first attempts. */
  beforeResponse ({ deliveries }: Pick<Outcome, 'deliveries'>): Promise<unknown> | undefined {
    if (this.timing !== 'before' || this.#signal.aborted) return undefined
    const isOver = (delivery: DeliveryDocument | undefined) =>
      delivery?.status !== 'pending' || delivery.held || delivery.attempts.length > 0
    return Promise.all(deliveries.map(async ({ id }) =>
      until(this.#parts.store, { deliveries: [id] }, ({ deliveries: [delivery] }) => isOver(delivery), this.#signal)))
  }

  /** Sends `webhook.test` to an endpoint once, even while webhooks are held. Returns the new delivery, which is not written yet. */
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
   * Sends held, scheduled, or failed deliveries now, one after the other in the given order. Resolves after their attempts.
   * @throws ApiError 404 if a delivery does not exist, 409 if one is being sent or has succeeded; then none is sent
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

  /** Stops holding webhooks, and sends the held ones in the order of their events. */
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

  /** The pending deliveries, oldest first. */
  async waiting (): Promise<WaitingDelivery[]> {
    const { store } = this.#parts
    const [deliveries, running] = await Promise.all([store.list('deliveries'), store.list('running')])
    const elsewhere = new Set(running.map(({ subject }) => subject))
    return deliveries.filter(({ status }) => status === 'pending')
      .map(delivery => toWaiting(delivery, this.#sender.stateOf(delivery.id) ?? (elsewhere.has(delivery.id) ? 'sending' : undefined)))
  }

  /** Stops permanently: aborts attempts in flight, and sends nothing more. */
  stop (): void {
    this.#stop.abort()
  }

  get #signal (): AbortSignal {
    return this.#stop.signal
  }

  /** An ID that sorts after all earlier ones, because deliveries that are due at the same time are sent in the order of their IDs. */
  #newDeliveryId (): string {
    this.#lastId = Math.max(this.#lastId + 1, Math.floor(this.#parts.clock.machineTime() * IDS_PER_MILLISECOND))
    return `whd_${this.#lastId.toString(16).padStart(14, '0')}${randomBytes(3).toString('hex')}`
  }
}
