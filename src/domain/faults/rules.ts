import { Type } from '@sinclair/typebox'
import { oneOf, ref, schemaOf } from '../../contract/schema.js'

/** The requests, or attempts to deliver a webhook, that a fault affects: those that match every field. */
export interface FaultMatch {
  /** The method, in capital letters: `PATCH`. For requests only. */
  method?: string
  /** The session in the path; with `webhook`, the session of the event. */
  session_id?: string
  /** The `Idempotency-Key` that was sent. For requests only. */
  idempotency_key?: string
  /** The operation's ID: `updateSession`. For requests only. */
  operation?: string
  /** The event: `session.approved`. With `webhook` only. */
  event?: string
  /** The endpoint that the webhook is for. With `webhook` only. */
  endpoint_id?: string
}

export const FaultMatch = schemaOf<FaultMatch>()(Type.Object({
  method: Type.Optional(Type.String({ minLength: 1, description: 'The method, in capital letters' })),
  session_id: Type.Optional(Type.String({ minLength: 1, description: 'The session in the path, or of the event' })),
  idempotency_key: Type.Optional(Type.String({ minLength: 1, description: 'The Idempotency-Key that was sent' })),
  operation: Type.Optional(Type.String({ minLength: 1, description: 'The operationId, such as updateSession' })),
  event: Type.Optional(Type.String({ minLength: 1, description: 'The event of a webhook, such as session.approved' })),
  endpoint_id: Type.Optional(Type.String({ minLength: 1, description: 'The endpoint that a webhook is for' }))
}, {
  $id: 'FaultMatch',
  additionalProperties: false,
  description: 'Which requests, or attempts to deliver a webhook, the fault takes effect on: those that match every field'
}))

/** Respond with an error. Nothing is done, and no idempotency key is used. */
export interface ErrorEffect {
  /** The status: 400 to 599. A 429 has a `Retry-After` header, 1 unless `headers` says otherwise. */
  status: number
  /** The error's code; by default, the documented code for the status. */
  error?: string
  /** The error's detail; by default, a sentence that names the status. */
  detail?: string
  /** More headers for the response. */
  headers?: Record<string, string>
  delay_ms?: never
  drop?: never
  webhook?: never
}

/** Wait, then continue. */
export interface DelayEffect {
  /** How long to wait, in milliseconds: 0 to 600,000. */
  delay_ms: number
  status?: never
  error?: never
  detail?: never
  headers?: never
  drop?: never
  webhook?: never
}

/** Close the connection instead of sending the response. */
export interface DropEffect {
  /** `before`: nothing is done. `after`: everything is done, and only the response is lost. */
  drop: 'before' | 'after'
  status?: never
  error?: never
  detail?: never
  headers?: never
  delay_ms?: never
  webhook?: never
}

export const webhookFaults = ['lose', 'duplicate', 'delay', 'cut', 'wrong_signature', 'missing_signature', 'stale_signature'] as const
export type WebhookFault = typeof webhookFaults[number]

/** What a fault does to an attempt to deliver a webhook. */
export interface WebhookEffect {
  /**
   * `lose`: the webhook is not sent, but recorded as delivered. `duplicate`: it is sent twice. `delay`: it is sent `delay_ms` later. `cut`:
   * the connection is closed in the middle of the body. `wrong_signature`, `missing_signature`, `stale_signature`: its signature is wrong,
   * missing, or too old.
   */
  webhook: WebhookFault
  /** How long a `delay` is, in milliseconds of real time: 0 to 600,000. */
  delay_ms?: number
  status?: never
  error?: never
  detail?: never
  headers?: never
  drop?: never
}

/** What a fault does to a request: returns an error, delays it, or closes the connection. */
export type RequestEffect = ErrorEffect | DelayEffect | DropEffect

/** What a fault does: to a request, or to an attempt to deliver a webhook. */
export type FaultEffect = RequestEffect | WebhookEffect

const MAX_DELAY = 600_000

export const FaultEffect = Type.Unsafe<FaultEffect>(Type.Object({
  status: Type.Optional(Type.Integer({ minimum: 400, maximum: 599, description: 'Respond with this error; nothing is done' })),
  error: Type.Optional(Type.String({ minLength: 1, description: 'The error\'s code; by default the one documented for the status' })),
  detail: Type.Optional(Type.String({ description: 'The error\'s detail' })),
  headers: Type.Optional(Type.Unsafe<Record<string, string>>({
    type: 'object', additionalProperties: { type: 'string' }, description: 'Further headers of the error'
  })),
  delay_ms: Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_DELAY, description: 'Wait so many milliseconds, then go on' })),
  webhook: Type.Optional(oneOf(webhookFaults, {
    description: 'What happens to a webhook: it is lost, sent twice, sent `delay_ms` later, cut in the middle of its body, or signed in a wrong way'
  })),
  drop: Type.Optional(Type.Unsafe<'before' | 'after'>({
    type: 'string',
    enum: ['before', 'after'],
    description: 'Cut the connection in place of the response: before anything is done, or after everything is done'
  }))
}, { $id: 'FaultEffect', additionalProperties: false, description: 'The effect: exactly one of `status`, `delay_ms`, `drop` and `webhook`' }))

/** A fault to add. */
export interface FaultRule {
  /** What the fault affects; by default, all requests, or with `webhook`, all attempts to deliver a webhook. */
  match?: FaultMatch
  /** The effect. */
  then: FaultEffect
  /** How many matches the fault affects; by default, 1. With null, all, until you remove the fault. */
  times?: number | null
  /** How many matches pass first; by default, none. */
  skip?: number
}

const times = (description: string) => Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 1, description })

export const FaultRule = schemaOf<FaultRule>()(Type.Object({
  match: Type.Optional(ref(FaultMatch)),
  then: ref(FaultEffect),
  times: Type.Optional(times('How often the fault takes effect; 1 by default, null for always until it is removed')),
  skip: Type.Optional(Type.Integer({ minimum: 0, description: 'How many matches pass first; none by default' }))
}, { $id: 'FaultRule', additionalProperties: false, description: 'A fault to add' }))

/** A fault that was added. */
export interface Fault {
  /** The ID, with which you can remove the fault. */
  id: string
  match: FaultMatch
  then: FaultEffect
  /** How many matches the fault affects in total; null for all. */
  times: number | null
  /** How many matches pass before the fault takes effect, including those that have passed already. */
  skip: number
  /** How many more matches the fault affects; null for all. */
  remaining: number | null
}

export const Fault = schemaOf<Fault>()(Type.Object({
  id: Type.String({ description: 'The ID, for its removal' }),
  match: ref(FaultMatch),
  then: ref(FaultEffect),
  times: Type.Unsafe<number | null>({ type: ['integer', 'null'], description: 'How often the fault takes effect in all; null for always' }),
  skip: Type.Integer({ description: 'How many matches pass first' }),
  remaining: Type.Unsafe<number | null>({ type: ['integer', 'null'], description: 'How often it still takes effect; null for always' })
}, { $id: 'Fault', description: 'A fault' }))

/** Parses `X-Mock-Fault`, such as `status=500`, `delay=200`, or `drop=after`. Returns `undefined` if it is malformed. */
export function parseFaultHeader (text: string): RequestEffect | undefined {
  const [, name, value = ''] = /^(status|delay|drop)=(\w+)$/.exec(text.trim()) ?? []
  switch (name) {
    case 'status': return /^[45]\d\d$/.test(value) ? { status: Number(value) } : undefined
    case 'delay': return /^\d{1,6}$/.test(value) && Number(value) <= MAX_DELAY ? { delay_ms: Number(value) } : undefined
    case 'drop': return value === 'before' || value === 'after' ? { drop: value } : undefined
    default: return undefined
  }
}

/** An effect as written in `X-Mock-Fault`, for log and journal. */
export function describeEffect ({ status, delay_ms: delay, drop }: RequestEffect): string {
  if (status !== undefined) return `status=${status}`
  return delay === undefined ? `drop=${drop}` : `delay=${delay}`
}
