import type { MaskedEndpoint } from '../domain/webhooks/masked-endpoint.js'
import type { WaitingDelivery } from '../domain/webhooks/waiting.js'
import type { WebhookDelivery } from '../domain/webhooks/webhook-delivery.js'
import { type Caller, callerOf, queryOf } from './call.js'
import type { WebhookControl } from './webhook-control.js'

/** The control of the webhooks of a mock. */
export function createWebhookControl (call: Caller): WebhookControl {
  return {
    settled: async ({ timeout } = {}) => {
      const body = timeout === undefined ? {} : { timeout_ms: timeout }
      return (await call<{ waiting: WaitingDelivery[] }>('POST', '/webhooks/settle', body)).waiting
    },
    deliveries: async (filter = {}) => (await call<{ data: WebhookDelivery[] }>('GET', `/webhooks/deliveries?${queryOf(filter)}`)).data,
    delivery: async id => call('GET', `/webhooks/deliveries/${encodeURIComponent(id)}`),
    endpoints: async () => (await call<{ data: MaskedEndpoint[] }>('GET', '/webhooks/endpoints')).data,
    verify: async function verify (expectation) {
      return (await call<{ matched: number }>('POST', '/webhooks/verify', expectation, callerOf(verify))).matched
    },
    hold: async () => {
      await call('POST', '/webhooks/hold')
    },
    deliver: async ids => {
      const chosen = ids === 'all' ? ids : [ids].flat()
      return (await call<{ data: WebhookDelivery[] }>('POST', '/webhooks/deliver', { ids: chosen })).data
    },
    release: async () => {
      await call('POST', '/webhooks/release')
    },
    timing: async timing => {
      await call('PUT', '/webhooks/timing', { timing })
    },
    trigger: async (event, options) => (await call<{ data: WebhookDelivery[] }>('POST', '/webhooks/trigger', { event, ...options })).data,
    state: async () => call('GET', '/webhooks')
  }
}
