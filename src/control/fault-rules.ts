import { validateHeaderName, validateHeaderValue } from 'node:http'
import { type Static, Type } from '@sinclair/typebox'
import { ApiError, apiError, codeOf, type Problem } from '../errors.js'

/** Which requests a fault befalls: those that have all that is named. */
export const FaultMatch = Type.Object({
  method: Type.Optional(Type.String({ minLength: 1, description: 'The method, in capital letters' })),
  session_id: Type.Optional(Type.String({ minLength: 1, description: 'The session in the path' })),
  idempotency_key: Type.Optional(Type.String({ minLength: 1, description: 'The Idempotency-Key sent' })),
  operation: Type.Optional(Type.String({ minLength: 1, description: 'The operationId, as updateSession' }))
}, { additionalProperties: false })
export type FaultMatch = Static<typeof FaultMatch>

/** What befalls them: one of an error, a delay, and a cut connection. */
export const FaultEffect = Type.Object({
  status: Type.Optional(Type.Integer({ minimum: 400, maximum: 599, description: 'Answer with this error; nothing is done' })),
  error: Type.Optional(Type.String({ minLength: 1, description: 'The error\'s code; by default the one documented for the status' })),
  detail: Type.Optional(Type.String({ description: 'The error\'s detail' })),
  headers: Type.Optional(Type.Unsafe<Record<string, string>>({
    type: 'object', additionalProperties: { type: 'string' }, description: 'Headers of the error'
  })),
  delay_ms: Type.Optional(Type.Integer({ minimum: 0, maximum: 600_000, description: 'Wait so many milliseconds, then go on' })),
  drop: Type.Optional(Type.Unsafe<'before' | 'after'>({
    type: 'string',
    enum: ['before', 'after'],
    description: 'Cut the connection: before anything is done, or after all is done, in place of the answer'
  }))
}, { additionalProperties: false })
export type FaultEffect = Static<typeof FaultEffect>

/** A fault as it is ordered: what befalls which requests, how often, and how many it lets pass first. */
export const FaultRule = Type.Object({
  match: Type.Optional(FaultMatch),
  then: FaultEffect,
  times: Type.Optional(Type.Unsafe<number | null>({
    type: ['integer', 'null'], minimum: 1, description: 'How many requests it befalls, 1 unless said; null is all until it is removed'
  })),
  skip: Type.Optional(Type.Integer({ minimum: 0, description: 'How many requests it lets pass first, none unless said' }))
}, { additionalProperties: false })
export type FaultRule = Static<typeof FaultRule>

/** A fault as it stands. */
export const Fault = Type.Object({
  id: Type.String({ description: 'For its removal' }),
  match: FaultMatch,
  then: FaultEffect,
  times: Type.Unsafe<number | null>({ type: ['integer', 'null'], description: 'How many requests it was to befall' }),
  skip: Type.Integer({ description: 'How many requests it was to let pass first' }),
  remaining: Type.Unsafe<number | null>({ type: ['integer', 'null'], description: 'How many requests it will still befall' })
})
export type Fault = Static<typeof Fault>

/** Headers that say how an answer is framed: a client that is told wrongly waits for ever. */
const framing = ['content-length', 'content-type', 'transfer-encoding', 'connection', 'date', 'trailer']

/** What the schema cannot say of an effect. */
export function checkEffect (effect: FaultEffect, place: Problem['loc']): Problem[] {
  const kinds = (['status', 'delay_ms', 'drop'] as const).filter(kind => effect[kind] !== undefined)
  const problems = checkHeaders(effect.headers ?? {}, [...place, 'headers'])
  if (kinds.length !== 1) problems.push({ loc: place, msg: 'must have exactly one of status, delay_ms and drop', type: 'value_error' })
  if (effect.status === undefined) {
    for (const name of ['error', 'detail', 'headers'] as const) {
      if (effect[name] !== undefined) problems.push({ loc: [...place, name], msg: 'goes with status only', type: 'value_error' })
    }
  }
  return problems
}

/** Headers of an answer that cannot be sent, or must not be. */
function checkHeaders (headers: Readonly<Record<string, string>>, place: Problem['loc']): Problem[] {
  return Object.entries(headers).flatMap(([name, value]) => checkHeader(name, value, [...place, name]))
}

function checkHeader (name: string, value: string, loc: Problem['loc']): Problem[] {
  if (framing.includes(name.toLowerCase())) return [{ loc, msg: 'is a header that the server sets itself', type: 'value_error' }]
  return isSendable(name, value) ? [] : [{ loc, msg: 'is not a header that can be sent', type: 'value_error' }]
}

function isSendable (name: string, value: string): boolean {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
  } catch {
    return false
  }
  return name.toLowerCase() !== '__proto__' // Fastify keeps headers in an object in which that is no name
}

/** The error that an effect with a status answers with: the documented one for the status, unless it says otherwise. */
export function injectedError ({ status = 500, error = codeOf(status), detail, headers }: FaultEffect): ApiError {
  const given = Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]))
  if (status !== 429) return new ApiError(error, status, detail ?? `Injected fault: ${status}.`, given)
  const seconds = given['retry-after'] ?? '1'
  return new ApiError(error, status, detail ?? apiError('rateLimited', { seconds }).detail, { ...given, 'retry-after': seconds })
}

/** The effect that `X-Mock-Fault` asks for one request, as `status=500`, `delay=200` or `drop=after`; `undefined` when it is none. */
export function parseFaultHeader (text: string): FaultEffect | undefined {
  const [, name, value = ''] = /^(status|delay|drop)=(\w+)$/.exec(text.trim()) ?? []
  switch (name) {
    case 'status': return /^[45]\d\d$/.test(value) ? { status: Number(value) } : undefined
    case 'delay': return /^\d{1,6}$/.test(value) && Number(value) <= 600_000 ? { delay_ms: Number(value) } : undefined
    case 'drop': return value === 'before' || value === 'after' ? { drop: value } : undefined
    default: return undefined
  }
}

/** An effect in the words of `X-Mock-Fault`, for the journal. */
export function describeEffect ({ status, delay_ms: delay, drop }: FaultEffect): string {
  if (status !== undefined) return `status=${status}`
  return delay === undefined ? `drop=${String(drop)}` : `delay=${delay}`
}
