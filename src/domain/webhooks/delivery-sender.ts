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

/** The parts of a world that its webhooks work with. */
export interface WebhookParts {
  store: Store
  clock: Clock
  faults: Faults
}

export interface SenderOptions {
  /** Sends a webhook over HTTP. */
  send: Send
  /** Whose time is signed: the machine's, or that of the mock's clock. */
  signatureTime: 'machine' | 'mock'
}

/** A delivery that is to be sent, and its endpoint, if it still exists. */
interface Taken {
  readonly delivery: DeliveryDocument
  readonly endpoint: EndpointDocument | undefined
}

/** What is left to do of an attempt, if anything. */
type Rest = (() => Promise<void>) | undefined

/** Makes the attempts of a world's deliveries: each in its turn, with the fault that takes effect on it, and recorded. */
export class DeliverySender {
  readonly #options: SenderOptions
  readonly #parts: WebhookParts
  readonly #signal: AbortSignal
  readonly #lanes = new Lanes()
  /** What is queued or being sent here, by ID. */
  readonly #inFlight = new Map<string, 'queued' | 'sending'>()

  /** @param signal ends the attempts in flight, and lets none begin */
  constructor (options: SenderOptions, parts: WebhookParts, signal: AbortSignal) {
    this.#options = options
    this.#parts = parts
    this.#signal = signal
  }

  /** Whether a delivery is queued or being sent here. */
  stateOf (id: string): 'queued' | 'sending' | undefined {
    return this.#inFlight.get(id)
  }

  /** Sends a delivery when it is its turn, or holds it. One that somebody asked for is sent even so. */
  async send ({ id, endpoint_id: endpointId, attempts }: DeliveryDocument, item: DueItem): Promise<void> {
    const call = callOf(item)
    const [lane, kind] = call === undefined ? [endpointId, attempts.length === 0 ? 'first' : 'retries'] as const : [call, 'first'] as const
    this.#inFlight.set(id, 'queued')
    try {
      let rest: Rest
      await this.#lanes.run(lane, kind, async () => {
        // the response that has caused it is written in this turn
        await nextTurn()
        rest = await this.#attempt(id, endpointId, call !== undefined)
      })
      await rest?.() // what a fault delays holds up no other
    } finally {
      this.#inFlight.delete(id)
    }
  }

  /** Sends a delivery to an endpoint now, whatever is held, and records nothing. */
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

  /** Sends a delivery and records what came of it, or holds it. Returns what is left to do, when a fault delays it. */
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
