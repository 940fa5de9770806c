import type { Fault, FaultEffect, FaultMatch, WebhookFault } from '../../../../domain/faults/rules.js'

/** What the faults that cut a connection do. */
export const drops = { before: 'Cut the connection before anything is done', after: 'Do everything, then cut the connection' }

/** What each fault of webhooks does. */
export const webhookFaults: Readonly<Record<WebhookFault, string>> = {
  lose: 'Lose the webhook',
  duplicate: 'Send the webhook twice',
  delay: 'Delay the webhook',
  cut: 'Cut the webhook in the middle',
  wrong_signature: 'Sign the webhook with another secret',
  missing_signature: 'Send the webhook without a signature',
  stale_signature: 'Sign the webhook with an old time'
}

/** What a fault does. */
export function effectInWords ({ status, detail, drop, webhook, delay_ms: delay }: FaultEffect): string {
  const time = delay === undefined ? '' : ` by ${delay.toLocaleString('en')} ms`
  if (webhook !== undefined) return webhookFaults[webhook] + time
  if (drop !== undefined) return drops[drop]
  return status === undefined ? `Delay the request${time}` : `Return ${status}${detail === undefined ? '' : `: ${detail}`}`
}

const names: Readonly<Record<keyof FaultMatch, string>> = {
  method: 'method', session_id: 'session', idempotency_key: 'idempotency key', operation: 'operation', event: 'event', endpoint_id: 'endpoint'
}

/** What a fault takes effect on. */
export function matchInWords ({ match, then }: Pick<Fault, 'match' | 'then'>): string {
  const fields = Object.entries(match).map(([name, value]) => `${names[name as keyof FaultMatch]} ${String(value)}`)
  return `${then.webhook === undefined ? 'Requests' : 'Webhooks'}${fields.length === 0 ? ', all' : ` with ${fields.join(', ')}`}`
}

/** How often it still takes effect. */
export function timesInWords ({ remaining, skip }: Pick<Fault, 'remaining' | 'skip'>): string {
  const times = remaining === null ? 'until removed' : `${remaining} more time${remaining === 1 ? '' : 's'}`
  return skip === 0 ? times : `${times}, after ${skip} match${skip === 1 ? '' : 'es'}`
}
