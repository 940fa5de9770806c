import type { FaultEffect, FaultMatch, FaultRule, WebhookFault } from '../../../../domain/faults/rules.js'

/** What the form has: texts, empty where nothing was entered. */
export interface FaultForm {
  kind: string
  status: string
  detail: string
  delay: string
  operation: string
  session: string
  key: string
  event: string
  endpoint: string
  times: string
  skip: string
}

/** The fields that a kind of fault has besides those that all have. */
export function fieldsOf (kind: string): (keyof FaultForm)[] {
  if (kind.startsWith('webhook-')) return ['event', 'endpoint', ...kind === 'webhook-delay' ? ['delay' as const] : []]
  return ['operation', 'key', ...kind === 'status' ? ['status' as const, 'detail' as const] : [], ...kind === 'delay' ? ['delay' as const] : []]
}

/** The rule that a form describes. Fields that do not go with its kind are left out; without times it stays until it is removed. */
export function faultRuleOf (form: FaultForm): FaultRule {
  const fields = fieldsOf(form.kind)
  const text = (name: keyof FaultForm) => fields.includes(name) && form[name] !== '' ? form[name] : undefined
  const match: FaultMatch = defined({
    session_id: form.session === '' ? undefined : form.session,
    operation: text('operation'),
    idempotency_key: text('key'),
    event: text('event'),
    endpoint_id: text('endpoint')
  })
  return {
    match,
    then: effectOf(form, text('detail')),
    times: form.times === '' ? null : Number(form.times),
    skip: Number(form.skip)
  }
}

function effectOf ({ kind, status, delay }: FaultForm, detail: string | undefined): FaultEffect {
  switch (kind) {
    case 'status': return { status: Number(status), ...(detail !== undefined && { detail }) }
    case 'delay': return { delay_ms: Number(delay) }
    case 'drop-before': return { drop: 'before' }
    case 'drop-after': return { drop: 'after' }
    case 'webhook-delay': return { webhook: 'delay', delay_ms: Number(delay) }
    default: return { webhook: kind.replace('webhook-', '') as WebhookFault }
  }
}

function defined<T extends object> (fields: { [name in keyof T]: T[name] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}
