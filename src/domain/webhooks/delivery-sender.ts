import { setImmediate as nextTurn } from 'node:timers/promises'
import { timestamp } from '../../contract/time.js'
import type { Clock } from '../clock.js'
import type { DueItem } from '../due-item.js'
import type { Faults } from '../faults/faults.js'
import type { WebhookEffect } from '../faults/rules.js'
import { settingIn } from '../settings.js'
import type { Changes, Store } from '../store.js'
import { delayed, sendDelivery } from './attempt.js'
import type { DeliveryDocument } from './delivery.js'
import type { EndpointDocument } from './endpoint.js'
import { Lanes } from './lanes.js'
import { callOf, type FinishedAttempt, recordAttempt } from './schedule.js'
import type { Send, SendResult } from './sending.js'

/** The parts of a world that its webhooks use. */
export interface WebhookParts {
  store: Store
  clock: Clock
  faults: Faults
}

export interface SenderOptions {
  /** Sends a webhook over HTTP. */
  send: Send
  /** The time in signatures: the machine's, or that of the mock's clock. */
  signatureTime: 'machine' | 'mock'
}

/** A delivery that is to be sent, and its endpoint, if it still exists. */
interface Taken {
  readonly delivery: DeliveryDocument
  readonly endpoint: EndpointDocument | undefined
}

/** The rest of an attempt, if there is one. */
type Rest = (() => Promise<void>) | undefined

/** Makes and records the attempts of a world's deliveries, each in its turn and with the fault that affects it. */
export class DeliverySender {
  readonly #options: SenderOptions
  readonly #parts: WebhookParts
  readonly #signal: AbortSignal
  readonly #lanes = new Lanes()
  /** The deliveries that are queued or being sent in this process, by ID. */
  readonly #inFlight = new Map<string, 'queued' | 'sending'>()

  /** @param signal aborts the attempts in flight, and prevents new ones */
  constructor (options: SenderOptions, parts: WebhookParts, signal: AbortSignal) {
    this.#options = options
    this.#parts = parts
    this.#signal = signal
  }

  /** Whether a delivery is queued or being sent in this process. */
  stateOf (id: string): 'queued' | 'sending' | undefined {
    return this.#inFlight.get(id)
  }

  /** Sends a delivery in its turn, or holds it. A delivery that a call requests is sent even while webhooks are held. */
  async send ({ id, endpoint_id: endpointId, attempts }: DeliveryDocument, item: DueItem): Promise<void> {
    const call = callOf(item)
    const [lane, kind] = call === undefined ? [endpointId, attempts.length === 0 ? 'first' : 'retries'] as const : [call, 'first'] as const
    this.#inFlight.set(id, 'queued')
    try {
      let rest: Rest
      await this.#lanes.run(lane, kind, async () => {
        // the response to the request that caused it is written in this turn
        await nextTurn()
        rest = await this.#attempt(id, endpointId, call !== undefined)
      })
      await rest?.() // a webhook that a fault delays does not hold up others
    } finally {
      this.#inFlight.delete(id)
    }
  }

  /** Sends a delivery to an endpoint now, even while webhooks are held, and records nothing. */
  async sendOnce (delivery: DeliveryDocument, endpoint: EndpointDocument, effect: WebhookEffect | undefined): Promise<SendResult> {
    const { clock } = this.#parts
    const signedAt = this.#options.signatureTime === 'mock' ? clock.now() : clock.machineTime()
    return sendDelivery(delivery, endpoint, effect, { send: this.#options.send, signedAt, signal: this.#signal })
  }

  /**
   * Takes a delivery to send it, or holds it.
   * @param isAsked whether somebody asked for it, so that it is not held
   * @returns `undefined` when it is not to be sent
   */
  async #take (id: string, endpointId: string, isAsked: boolean): Promise<Taken | undefined> {
    const reads = { deliveries: [id], endpoints: [endpointId], settings: ['webhooks'] }
    const { taken } = await this.#parts.store.transact(reads, (found): Changes & { taken?: Taken } => {
      const { deliveries: [delivery], endpoints: [endpoint] } = found
      if (delivery?.status !== 'pending') return {}
      if (isAsked || !settingIn(found, 'webhooks').held) return { taken: { delivery, endpoint } }
      return { puts: { deliveries: [{ ...delivery, held: true, next_attempt_at: null }] } }
    })
    return taken
  }

  /** Sends a delivery and records the attempt, or holds the delivery. If a fault delays it, returns the rest. */
  async #attempt (id: string, endpointId: string, isAsked: boolean): Promise<Rest> {
    const { clock, faults } = this.#parts
    const taken = await this.#take(id, endpointId, isAsked)
    if (taken === undefined || this.#signal.aborted) return undefined
    const { delivery, endpoint } = taken
    const at = timestamp(clock.now())
    this.#inFlight.set(id, 'sending')
    if (endpoint?.enabled !== true) {
      const error = endpoint === undefined ? 'Endpoint was deleted.' : 'Endpoint is disabled.'
      return this.#record(delivery, { at, http_status: null, error, final: true, fault: null, url: endpoint?.url ?? delivery.url })
    }
    const { event, session_id: sessionId } = delivery
    const effect = await faults.takeWebhookEffect({ event, endpoint_id: endpointId, session_id: sessionId ?? undefined })
    const send = async () => {
      const result = await this.sendOnce(delivery, endpoint, effect)
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
}
