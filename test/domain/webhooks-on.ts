import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { Clock } from '../../src/domain/clock.js'
import { Faults } from '../../src/domain/faults/faults.js'
import type { Store } from '../../src/domain/store.js'
import { Timeline } from '../../src/domain/timeline.js'
import type { DeliveryDocument } from '../../src/domain/webhooks/delivery.js'
import type { EndpointDocument } from '../../src/domain/webhooks/endpoint.js'
import { attemptOf, WEBHOOK_ATTEMPT, WEBHOOK_SEND } from '../../src/domain/webhooks/schedule.js'
import type { SendResult, WebhookRequest } from '../../src/domain/webhooks/sending.js'
import { Webhooks, type WebhooksOptions } from '../../src/domain/webhooks/webhooks.js'
import { clockAt, memoryStore, NOW, read } from './examples.js'
import { endpoint } from './webhook-examples.js'

export const ok: SendResult = { http_status: 200, error: null, final: false }
export const broken: SendResult = { http_status: 500, error: 'broken', final: false }

/** A request on its way, which the test responds to. */
export interface Sent extends WebhookRequest {
  id: string
  respond: (result: SendResult) => Promise<void>
}

/** A store with endpoints, whose clock stands still. */
export function storeOf (...endpoints: EndpointDocument[]): Store {
  return memoryStore({ puts: { endpoints, settings: [clockAt(NOW)] } })
}

/** Webhooks on a store, by default one with an endpoint. With `auto` each request has its response at once. */
export function webhooksOn (store: Store = storeOf(endpoint()), auto?: SendResult, options: Partial<WebhooksOptions> = {}) {
  const sent: Sent[] = []
  const clock = new Clock(store)
  const faults = new Faults(store)
  const webhooks = new Webhooks({
    send: async request => new Promise(resolve => {
      const respond = async (result: SendResult) => {
        resolve(result)
        await settle()
      }
      sent.push({ ...request, id: request.headers['X-Verifa-Delivery-Id'] as string, respond })
      if (auto !== undefined) resolve(auto)
    }),
    payload: 'flat',
    signatureTime: 'mock',
    ...options
  }, { store, clock, faults })
  const handlers = { [WEBHOOK_ATTEMPT]: webhooks.dueHandler, [WEBHOOK_SEND]: webhooks.dueHandler }
  const timeline = new Timeline({ store, clock, handlers, onError: error => t.fail(String(error)) })
  /** Lets everything happen that does not wait for a response. */
  const settle = async () => {
    for (let turns = 0; turns < 20; turns++) await turn()
  }
  const put = async (...deliveries: DeliveryDocument[]) => {
    await store.transact({}, () => ({ puts: { deliveries, due: deliveries.map(attemptOf) } }))
    await settle()
  }
  const find = async (id: string) => (await read(store, { deliveries: [id] })).deliveries[0] as DeliveryDocument
  const ids = () => sent.map(({ id }) => id)
  return { sent, ids, clock, faults, store, webhooks, timeline, put, find, settle }
}
