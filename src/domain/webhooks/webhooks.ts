import { randomBytes } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { timestamp } from '../../contract/time.js'
import type { Outcome } from '../apply.js'
import type { Clock } from '../clock.js'
import type { Faults } from '../faults/faults.js'
import { newId } from '../new-id.js'
import { read } from '../read.js'
import type { Store } from '../store.js'
import type { DueHandler } from '../timeline.js'
import { delayed, sendDelivery, type Sending } from './attempt.js'
import { claimDeliveries, claimReads } from './claim-deliveries.js'
import type { DeliveryDocument } from './delivery.js'
import type { EndpointDocument } from './endpoint.js'
import { Lanes } from './lanes.js'
import { createNotify, deliveriesOf, type Notify, type NotifyOptions } from './notify.js'
import { type Payload, payloadOf } from './payload.js'
import { attemptOf, type FinishedAttempt, recordAttempt } from './schedule.js'
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

/** The webhooks of a world: sends its deliveries, and lets a test hold them. */
export class Webhooks {
  /** Grows when webhooks are held or released, or sent at another time. */
  revision = 0
  /** How many deliveries were dropped because there were too many, or too large ones. */
  dropped = 0
  /** Makes the deliveries of what happened. */
  readonly notify: Notify
  readonly #making: NotifyOptions
  readonly #options: WebhooksOptions
  readonly #parts: Parts
  readonly #lanes = new Lanes()
  /** What is queued or being sent, by ID. */
  readonly #inFlight = new Map<string, 'queued' | 'sending'>()
  /** Who waits for the attempt of a delivery, by ID. */
  readonly #waiters = new Map<string, () => void>()
  readonly #stop = new AbortController()
  #held = false
  #timing: WebhookTiming = 'after'
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
    return this.#held
  }

  set held (held: boolean) {
    this.#held = held
    this.revision++
  }

  /** When webhooks are sent. */
  get timing (): WebhookTiming {
    return this.#timing
  }

  set timing (timing: WebhookTiming) {
    this.#timing = timing
    this.revision++
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
      effect: async (_item, { deliveries: [delivery] }) => {
        // one that was dropped since is gone
        if (delivery !== undefined) await this.#enqueue(delivery)
      }
    }
  }

  /** Resolves when the deliveries of a request have had their first attempt, if its response has to wait for that. */
  beforeResponse ({ deliveries }: Pick<Outcome, 'deliveries'>): Promise<unknown> | undefined {
    if (this.timing !== 'before' || this.#signal.aborted) return undefined
    return Promise.all(deliveries.map(async ({ id }) => new Promise<void>(resolve => this.#waiters.set(id, resolve))))
  }

  /** Sends `webhook.test` to an endpoint, once, whatever is held. Returns the delivery that it made, which is not written yet. */
  async test (endpoint: EndpointDocument): Promise<{ delivery: DeliveryDocument, result: SendResult }> {
    const { clock, faults } = this.#parts
    const payload = payloadOf({ event: TEST_EVENT, environment: endpoint.environment, key: newId('idk_'), session: undefined })
    const [delivery] = this.deliveriesOf(payload, [endpoint]) as [DeliveryDocument]
    const effect = faults.takeWebhookEffect({ event: delivery.event, endpoint_id: endpoint.id, session_id: undefined })
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
    const { store, clock } = this.#parts
    const { claimed } = await store.transact(claimReads(ids), found => claimDeliveries(found, clock.now()))
    for (const { id } of claimed) this.#inFlight.set(id, 'queued')
    const finishing: Promise<void>[] = []
    for (const { id, endpoint_id: endpointId } of claimed) finishing.push(this.#finish(id, await this.#attempt(id, endpointId)))
    await Promise.all(finishing)
  }

  /** Holds nothing any more: sends what was held, in the order of the events. */
  async release (): Promise<void> {
    this.held = false
    const { store, clock } = this.#parts
    const ids = (await store.list('deliveries')).filter(({ held }) => held).map(({ id }) => id)
    await store.transact({ deliveries: ids }, ({ deliveries }) => {
      const released = deliveries.filter(delivery => delivery?.held === true)
        .map((delivery): DeliveryDocument => ({ ...delivery as DeliveryDocument, held: false, next_attempt_at: timestamp(clock.now()) }))
      return { puts: { deliveries: released, due: released.map(attemptOf) } }
    })
  }

  /** What has not been sent, or not for the last time, the oldest first. */
  async waiting (): Promise<WaitingDelivery[]> {
    const deliveries = await this.#parts.store.list('deliveries')
    return deliveries.filter(({ status }) => status === 'pending').map(delivery => toWaiting(delivery, this.#inFlight.get(delivery.id)))
  }

  /** Stops for good: attempts in flight are ended, and nothing is sent any more. */
  stop (): void {
    this.#stop.abort()
    for (const id of this.#waiters.keys()) this.#end(id)
  }

  /** Sends a delivery when it is its turn, or holds it. */
  async #enqueue ({ id, endpoint_id: endpointId, attempts }: DeliveryDocument): Promise<void> {
    this.#inFlight.set(id, 'queued')
    let rest: Rest
    await this.#lanes.run(endpointId, attempts.length === 0 ? 'first' : 'retries', async () => {
      // the response that has caused it is written in this turn
      await nextTurn()
      if (this.held) await this.#hold(id)
      else rest = await this.#attempt(id, endpointId)
    })
    await this.#finish(id, rest)
  }

  /** Does what is left to do of an attempt. What a fault delays holds up no other. */
  async #finish (id: string, rest: Rest): Promise<void> {
    await rest?.()
    this.#end(id)
  }

  async #hold (id: string): Promise<void> {
    await this.#parts.store.transact({ deliveries: [id] }, ({ deliveries: [delivery] }) =>
      delivery === undefined ? {} : { puts: { deliveries: [{ ...delivery, held: true, next_attempt_at: null }] } })
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
    const effect = faults.takeWebhookEffect({ event, endpoint_id: endpointId, session_id: sessionId ?? undefined })
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
    const { store, clock } = this.#parts
    await store.transact({ deliveries: [id], endpoints: [endpointId] }, ({ deliveries: [delivery], endpoints: [endpoint] }) =>
      delivery === undefined ? {} : recordAttempt(delivery, endpoint, attempt, clock.now()))
  }

  /** A delivery is no longer in flight: who waits for it goes on. */
  #end (id: string): void {
    this.#inFlight.delete(id)
    this.#waiters.get(id)?.()
    this.#waiters.delete(id)
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
    this.#lastId = Math.max(this.#lastId + 1, this.#parts.clock.machineTime() * IDS_PER_MILLISECOND)
    return `whd_${this.#lastId.toString(16).padStart(14, '0')}${randomBytes(3).toString('hex')}`
  }
}
