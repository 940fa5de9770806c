import { randomBytes } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { timestamp } from '../../contract/time.js'
import type { Outcome } from '../apply.js'
import type { Clock } from '../clock.js'
import type { Faults } from '../faults/faults.js'
import { newId } from '../new-id.js'
import { read } from '../read.js'
import { changeSetting, settingIn } from '../settings.js'
import type { Changes, Store } from '../store.js'
import type { DueHandler, DueItem } from '../timeline.js'
import { until } from '../until.js'
import { delayed, sendDelivery, type Sending } from './attempt.js'
import { claimDeliveries, claimReads } from './claim-deliveries.js'
import type { DeliveryDocument } from './delivery.js'
import type { EndpointDocument } from './endpoint.js'
import { Lanes } from './lanes.js'
import { createNotify, deliveriesOf, type Notify, type NotifyOptions } from './notify.js'
import { type Payload, payloadOf } from './payload.js'
import { attemptOf, callOf, type FinishedAttempt, recordAttempt, sendNowOf } from './schedule.js'
import type { Send, SendResult } from './sending.js'
import { toWaiting, type WaitingDelivery } from './waiting.js'

/** The forms of payloads: all fields side by side, or all but the event in `data`. */
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

/** What is left to do of an attempt, if anything. */
type Rest = (() => Promise<void>) | undefined

/** The event of a webhook that somebody has sent to see whether it comes (our decision). */
const TEST_EVENT = 'webhook.test'

const IDS_PER_MILLISECOND = 4_096

/** The parts of a world that its webhooks work with. */
interface Parts {
  store: Store
  clock: Clock
  faults: Faults
}

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
  readonly #options: WebhooksOptions
  readonly #parts: Parts
  readonly #lanes = new Lanes()
  /** What is queued or being sent here, by ID. */
  readonly #inFlight = new Map<string, 'queued' | 'sending'>()
  readonly #stop = new AbortController()
  #lastId = 0

  constructor (options: WebhooksOptions, parts: Parts) {
    this.#options = options
    this.#parts = parts
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
        if (delivery !== undefined) await this.#enqueue(delivery, item)
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
    const result = await sendDelivery(delivery, endpoint, effect, this.#sending)
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
      .map(delivery => toWaiting(delivery, this.#inFlight.get(delivery.id) ?? (elsewhere.has(delivery.id) ? 'sending' : undefined)))
  }

  /** Stops for good: attempts in flight are ended, and nothing is sent any more. */
  stop (): void {
    this.#stop.abort()
  }

  /** Sends a delivery when it is its turn, or holds it. One that somebody asked for is sent even so. */
  async #enqueue ({ id, endpoint_id: endpointId, attempts }: DeliveryDocument, item: DueItem): Promise<void> {
    const call = callOf(item)
    const [lane, kind] = call === undefined ? [endpointId, attempts.length === 0 ? 'first' : 'retries'] as const : [call, 'first'] as const
    this.#inFlight.set(id, 'queued')
    try {
      let rest: Rest
      await this.#lanes.run(lane, kind, async () => {
        // the response that has caused it is written in this turn
        await nextTurn()
        if (call !== undefined || !await this.#isHeld(id)) rest = await this.#attempt(id, endpointId)
      })
      await rest?.() // what a fault delays holds up no other
    } finally {
      this.#inFlight.delete(id)
    }
  }

  /** Whether webhooks are held. Then the delivery is, too. */
  async #isHeld (id: string): Promise<boolean> {
    const { isHeld } = await this.#parts.store.transact({ deliveries: [id], settings: ['webhooks'] }, found => {
      const { deliveries: [delivery] } = found
      const isHeld = settingIn(found, 'webhooks').held
      return { puts: { deliveries: isHeld && delivery !== undefined ? [{ ...delivery, held: true, next_attempt_at: null }] : [] }, isHeld }
    })
    return isHeld
  }

  /** Sends a delivery and records what came of it. Returns what is left to do, when a fault delays it. */
  async #attempt (id: string, endpointId: string): Promise<Rest> {
    const { store, clock, faults } = this.#parts
    const { deliveries: [delivery], endpoints: [endpoint] } = await read(store, { deliveries: [id], endpoints: [endpointId] })
    if (delivery?.status !== 'pending' || this.#signal.aborted) return undefined
    const at = timestamp(clock.now())
    this.#inFlight.set(id, 'sending')
    if (endpoint?.enabled !== true) {
      const error = endpoint === undefined ? 'Endpoint was deleted.' : 'Endpoint is disabled.'
      return this.#record(delivery, { at, http_status: null, error, final: true, fault: null, url: endpoint?.url ?? delivery.url })
    }
    const { event, session_id: sessionId } = delivery
    const effect = await faults.takeWebhookEffect({ event, endpoint_id: endpointId, session_id: sessionId ?? undefined })
    const send = async () => {
      const result = await sendDelivery(delivery, endpoint, effect, this.#sending)
      await this.#record(delivery, { at, ...result, fault: effect?.webhook ?? null, url: endpoint.url })
    }
    if (effect?.webhook !== 'delay') {
      await send()
      return undefined
    }
    return async () => {
      await delayed(effect, this.#signal)
      await send()
    }
  }

  async #record ({ id, endpoint_id: endpointId }: DeliveryDocument, attempt: FinishedAttempt): Promise<undefined> {
    if (this.#signal.aborted) return
    const { store } = this.#parts
    await store.transact({ deliveries: [id], endpoints: [endpointId] }, ({ deliveries: [delivery], endpoints: [endpoint] }, now) =>
      delivery === undefined ? {} : recordAttempt(delivery, endpoint, attempt, now))
  }

  get #signal (): AbortSignal {
    return this.#stop.signal
  }

  get #sending (): Sending {
    const { clock } = this.#parts
    const signedAt = this.#options.signatureTime === 'mock' ? clock.now() : clock.machineTime()
    return { send: this.#options.send, signedAt, signal: this.#signal }
  }

  /** An ID that sorts behind all earlier ones: what is due at the same time is sent in the order of IDs. */
  #newDeliveryId (): string {
    this.#lastId = Math.max(this.#lastId + 1, Math.floor(this.#parts.clock.machineTime() * IDS_PER_MILLISECOND))
    return `whd_${this.#lastId.toString(16).padStart(14, '0')}${randomBytes(3).toString('hex')}`
  }
}
