import { Type } from '@sinclair/typebox'
import type { Problem } from '../../contract/errors.js'
import { ref, schemaOf } from '../../contract/schema.js'

// not by `import`: see http/listener.ts
const { validateHeaderName, validateHeaderValue } = process.getBuiltinModule('node:http')

/** Which requests a fault takes effect on: those that match every field. */
export interface FaultMatch {
  /** The method, in capital letters: `PATCH`. */
  method?: string
  /** The session in the path. */
  session_id?: string
  /** The `Idempotency-Key` that was sent. */
  idempotency_key?: string
  /** The operation's ID: `updateSession`. */
  operation?: string
}

export const FaultMatch = schemaOf<FaultMatch>()(Type.Object({
  method: Type.Optional(Type.String({ minLength: 1, description: 'The method, in capital letters' })),
  session_id: Type.Optional(Type.String({ minLength: 1, description: 'The session in the path' })),
  idempotency_key: Type.Optional(Type.String({ minLength: 1, description: 'The Idempotency-Key that was sent' })),
  operation: Type.Optional(Type.String({ minLength: 1, description: 'The operationId, such as updateSession' }))
}, { $id: 'FaultMatch', additionalProperties: false, description: 'Which requests the fault takes effect on: those that match every field' }))

/** Respond with an error. Nothing is done, and no idempotency key is used. */
export interface ErrorEffect {
  /** The status: 400 to 599. A 429 has a `Retry-After` header, 1 unless `headers` says otherwise. */
  status: number
  /** The error's code; by default the one documented for the status. */
  error?: string
  /** The error's detail; by default a sentence that names the status. */
  detail?: string
  /** Further headers of the response. */
  headers?: Record<string, string>
  delay_ms?: never
  drop?: never
}

/** Wait, then go on as usual. */
export interface DelayEffect {
  /** How long to wait, in milliseconds: 0 to 600,000. */
  delay_ms: number
  status?: never
  error?: never
  detail?: never
  headers?: never
  drop?: never
}

/** Cut the connection in place of the response. */
export interface DropEffect {
  /** `before`: nothing is done. `after`: everything is done, and only the response is lost. */
  drop: 'before' | 'after'
  status?: never
  error?: never
  detail?: never
  headers?: never
  delay_ms?: never
}

export const webhookFaults = ['lose', 'duplicate', 'delay', 'cut', 'wrong_signature', 'missing_signature', 'stale_signature'] as const
export type WebhookFault = typeof webhookFaults[number]

/** What a fault does to an attempt to deliver a webhook. */
export interface WebhookEffect {
  /**
   * `lose`: it is not sent, and recorded as delivered. `duplicate`: it is sent twice. `delay`: it is sent `delay_ms` later. `cut`: the
   * connection is cut in the middle of the body. `wrong_signature`, `missing_signature`, `stale_signature`: it is signed in that way.
   */
  webhook: WebhookFault
  /** How long a `delay` is, in milliseconds of real time: 0 to 600,000. */
  delay_ms?: number
}

/** What a fault does to a request: an error, a delay or a cut connection. */
export type FaultEffect = ErrorEffect | DelayEffect | DropEffect

const MAX_DELAY = 600_000

export const FaultEffect = Type.Unsafe<FaultEffect>(Type.Object({
  status: Type.Optional(Type.Integer({ minimum: 400, maximum: 599, description: 'Respond with this error; nothing is done' })),
  error: Type.Optional(Type.String({ minLength: 1, description: 'The error\'s code; by default the one documented for the status' })),
  detail: Type.Optional(Type.String({ description: 'The error\'s detail' })),
  headers: Type.Optional(Type.Unsafe<Record<string, string>>({
    type: 'object', additionalProperties: { type: 'string' }, description: 'Further headers of the error'
  })),
  delay_ms: Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_DELAY, description: 'Wait so many milliseconds, then go on' })),
  drop: Type.Optional(Type.Unsafe<'before' | 'after'>({
    type: 'string',
    enum: ['before', 'after'],
    description: 'Cut the connection in place of the response: before anything is done, or after everything is done'
  }))
}, { $id: 'FaultEffect', additionalProperties: false, description: 'The effect: exactly one of `status`, `delay_ms` and `drop`' }))

/** A fault to add. */
export interface FaultRule {
  /** Which requests it takes effect on; by default all. */
  match?: FaultMatch
  /** The effect. */
  then: FaultEffect
  /** How many requests it takes effect on; 1 by default, null for all until it is removed. */
  times?: number | null
  /** How many matching requests pass first; none by default. */
  skip?: number
}

const times = (description: string) => Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 1, description })

export const FaultRule = schemaOf<FaultRule>()(Type.Object({
  match: Type.Optional(ref(FaultMatch)),
  then: ref(FaultEffect),
  times: Type.Optional(times('How many requests the fault takes effect on; 1 by default, null for all until it is removed')),
  skip: Type.Optional(Type.Integer({ minimum: 0, description: 'How many matching requests pass first; none by default' }))
}, { $id: 'FaultRule', additionalProperties: false, description: 'A fault to add' }))

/** A fault that was added. */
export interface Fault {
  /** The ID, for its removal. */
  id: string
  match: FaultMatch
  then: FaultEffect
  /** How many requests it takes effect on in all; null for all. */
  times: number | null
  /** How many matching requests passed or pass first. */
  skip: number
  /** How many requests it still takes effect on; null for all. */
  remaining: number | null
}

export const Fault = schemaOf<Fault>()(Type.Object({
  id: Type.String({ description: 'The ID, for its removal' }),
  match: ref(FaultMatch),
  then: ref(FaultEffect),
  times: Type.Unsafe<number | null>({ type: ['integer', 'null'], description: 'How many requests the fault takes effect on in all; null for all' }),
  skip: Type.Integer({ description: 'How many matching requests pass first' }),
  remaining: Type.Unsafe<number | null>({ type: ['integer', 'null'], description: 'How many requests it still takes effect on; null for all' })
}, { $id: 'Fault', description: 'A fault' }))

/** The problems of a rule that its schema cannot find. */
export function checkFaultRule ({ match = {}, then }: FaultRule, operations: readonly string[], place: Problem['loc']): Problem[] {
  const { operation } = match
  const unknown = operation === undefined || operations.includes(operation) ? [] : [
    { loc: [...place, 'match', 'operation'], msg: `must be one of: ${operations.join(', ')}`, type: 'enum' }
  ]
  return [...unknown, ...checkEffect(then, [...place, 'then'])]
}

function checkEffect (effect: FaultEffect, place: Problem['loc']): Problem[] {
  const given = (names: readonly (keyof ErrorEffect)[]) => names.filter(name => effect[name] !== undefined)
  const problems = Object.entries(effect.headers ?? {}).flatMap(([name, value]) => checkHeader(name, value, [...place, 'headers', name]))
  if (given(['status', 'delay_ms', 'drop']).length !== 1) {
    problems.push({ loc: place, msg: 'must have exactly one of status, delay_ms and drop', type: 'value_error' })
  }
  const withoutStatus = effect.status === undefined ? given(['error', 'detail', 'headers']) : []
  return [...problems, ...withoutStatus.map(name => ({ loc: [...place, name], msg: 'requires status', type: 'value_error' }))]
}

/** Headers that frame a response. With a wrong one a client waits forever. */
const framing = ['content-length', 'content-type', 'transfer-encoding', 'connection', 'date', 'trailer']

function checkHeader (name: string, value: string, loc: Problem['loc']): Problem[] {
  if (framing.includes(name.toLowerCase())) return [{ loc, msg: 'is a header that the server sets', type: 'value_error' }]
  return isValidHeader(name, value) ? [] : [{ loc, msg: 'is not a valid header', type: 'value_error' }]
}

function isValidHeader (name: string, value: string): boolean {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
  } catch {
    return false
  }
  return name.toLowerCase() !== '__proto__' // Fastify keeps headers in an object, in which that is not a name
}

/** The effect that `X-Mock-Fault` asks for, such as `status=500`, `delay=200` or `drop=after`; `undefined` when it is malformed. */
export function parseFaultHeader (text: string): FaultEffect | undefined {
  const [, name, value = ''] = /^(status|delay|drop)=(\w+)$/.exec(text.trim()) ?? []
  switch (name) {
    case 'status': return /^[45]\d\d$/.test(value) ? { status: Number(value) } : undefined
    case 'delay': return /^\d{1,6}$/.test(value) && Number(value) <= MAX_DELAY ? { delay_ms: Number(value) } : undefined
    case 'drop': return value === 'before' || value === 'after' ? { drop: value } : undefined
    default: return undefined
  }
}

/** An effect in the words of `X-Mock-Fault`, for log and journal. */
export function describeEffect ({ status, delay_ms: delay, drop }: FaultEffect): string {
  if (status !== undefined) return `status=${status}`
  return delay === undefined ? `drop=${drop}` : `delay=${delay}`
}
