import type { VerifaMock } from '../control/verifa-mock.js'
import type { WebhookDelivery } from '../domain/webhooks/webhook-delivery.js'
import type { ConnectOptions } from '../mock.js'
import type { Options } from '../options/options.js'
import type { TriggerOptions } from './trigger-options.js'

/** The outcome of a trigger. */
export interface Triggered {
  /** 0 if there is a delivery, 1 if not. */
  exitCode: number
  /** A line for each delivery, or why there is none. */
  message: string
}

/** The options to connect to the mock that runs with these options. A key with scopes is `KEY=SCOPE+SCOPE`. */
export function connectOptions ({ apiKeys: [apiKey], controlToken: token }: Pick<Options, 'apiKeys' | 'controlToken'>): ConnectOptions {
  return { ...(apiKey !== undefined && { apiKey: apiKey.replace(/=.*/, '') }), ...(token !== undefined && { token }) }
}

/** Sends webhooks of an event to the receivers of a running mock, waits for them, and reports the outcome of each. */
export async function trigger ({ webhooks }: Pick<VerifaMock, 'webhooks'>, event: string, { sessionId, environment }: TriggerOptions): Promise<Triggered> {
  try {
    const about = { ...(sessionId !== undefined && { session_id: sessionId }), ...(environment !== undefined && { environment }) }
    const ids = (await webhooks.trigger(event, about)).map(({ id }) => id)
    if (ids.length === 0) return { exitCode: 1, message: `No webhook endpoint wants ${event}.` }
    await webhooks.settled().catch(() => undefined) // deliveries that still wait are reported below
    const deliveries = (await webhooks.deliveries()).filter(({ id }) => ids.includes(id))
    return { exitCode: 0, message: deliveries.map(describe).join('\n') }
  } catch (error) {
    return { exitCode: 1, message: (error as Error).message }
  }
}

function describe ({ id, event, url, status, held, http_status: code, error, next_attempt_at: at }: WebhookDelivery): string {
  const outcome = held ? 'held' : status
  const reason = error ?? (code === null ? undefined : `HTTP ${code}`)
  const next = at === null ? '' : `; next attempt at ${at}`
  return `${id} ${event} to ${url}: ${outcome}${reason === undefined ? '' : `, ${reason}`}${next}`
}
