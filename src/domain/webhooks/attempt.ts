import { setTimeout as wait } from 'node:timers/promises'
import type { WebhookEffect } from '../faults/rules.js'
import type { DeliveryDocument } from './delivery.js'
import type { EndpointDocument } from './endpoint.js'
import type { Send, SendResult } from './sending.js'
import { DELIVERY_ID_HEADER, SIGNATURE_HEADER, signWebhook } from './signature.js'

/** The age of a stale signature in seconds: twice the tolerance of receivers. */
const STALE = 600

/** How a delivery is sent. */
export interface Sending {
  send: Send
  /** The time to sign with, in milliseconds since 1970. */
  signedAt: number
  signal: AbortSignal
}

/** Sends a delivery once to its endpoint, with the fault that affects it. Each attempt has its own signature. */
export async function sendDelivery (
  { id, body }: DeliveryDocument, { url, secret }: EndpointDocument, effect: WebhookEffect | undefined, { send, signedAt, signal }: Sending
): Promise<SendResult> {
  const fault = effect?.webhook
  if (fault === 'lose') return { http_status: 200, error: null, final: false }
  const t = Math.floor(signedAt / 1000) - (fault === 'stale_signature' ? STALE : 0)
  const signature = signWebhook(body, fault === 'wrong_signature' ? `not ${secret}` : secret, { t })
  const request = {
    url,
    headers: {
      'Content-Type': 'application/json',
      ...(fault !== 'missing_signature' && { [SIGNATURE_HEADER]: signature }),
      [DELIVERY_ID_HEADER]: id
    },
    body,
    cut: fault === 'cut'
  }
  const result = await send(request, signal)
  if (fault === 'duplicate') await send(request, signal)
  return result
}

/** Waits as long as a fault says. Resolves early when the signal is aborted. */
export async function delayed ({ delay_ms: milliseconds }: WebhookEffect, signal: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal }).catch(() => undefined)
}
