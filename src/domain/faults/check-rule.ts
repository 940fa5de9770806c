import type { Problem } from '../../contract/errors.js'
import type { ErrorEffect, FaultEffect, FaultMatch, FaultRule } from './rules.js'

// not by `import`: see http/listener.ts
const { validateHeaderName, validateHeaderValue } = process.getBuiltinModule('node:http')

const webhookFields = ['event', 'endpoint_id', 'session_id'] as const satisfies readonly (keyof FaultMatch)[]

/** The problems of a rule that its schema cannot find. */
export function checkFaultRule ({ match = {}, then }: FaultRule, operations: readonly string[], place: Problem['loc']): Problem[] {
  return [...checkMatch(match, then.webhook !== undefined, operations, [...place, 'match']), ...checkEffect(then, [...place, 'then'])]
}

function checkMatch (match: FaultMatch, ofWebhook: boolean, operations: readonly string[], place: Problem['loc']): Problem[] {
  const given = (Object.keys(match) as (keyof FaultMatch)[]).filter(name => match[name] !== undefined)
  const ofWebhooks: readonly string[] = webhookFields
  const misplaced = given.filter(name => name !== 'session_id' && ofWebhooks.includes(name) !== ofWebhook)
  const msg = ofWebhook ? `cannot be matched with webhook; the fields are ${webhookFields.join(', ')}` : 'requires webhook in then'
  const problems = misplaced.map(name => ({ loc: [...place, name], msg, type: 'value_error' }))
  if (ofWebhook || match.operation === undefined || operations.includes(match.operation)) return problems
  return [...problems, { loc: [...place, 'operation'], msg: `must be one of: ${operations.join(', ')}`, type: 'enum' }]
}

function checkEffect (effect: FaultEffect, place: Problem['loc']): Problem[] {
  const given = (names: readonly (keyof ErrorEffect)[]) => names.filter(name => effect[name] !== undefined)
  const problems = Object.entries(effect.headers ?? {}).flatMap(([name, value]) => checkHeader(name, value, [...place, 'headers', name]))
  const effects = given(effect.webhook === undefined ? ['status', 'delay_ms', 'drop'] : ['status', 'drop', 'webhook'])
  if (effects.length !== 1) {
    problems.push({ loc: place, msg: 'must have exactly one of status, delay_ms, drop and webhook', type: 'value_error' })
  }
  const withoutStatus = effect.status === undefined ? given(['error', 'detail', 'headers']) : []
  return [
    ...problems,
    ...withoutStatus.map(name => ({ loc: [...place, name], msg: 'requires status', type: 'value_error' })),
    ...checkDelay(effect, [...place, 'delay_ms'])
  ]
}

function checkDelay ({ webhook, delay_ms: delay }: FaultEffect, loc: Problem['loc']): Problem[] {
  if (webhook === 'delay') return delay === undefined ? [{ loc, msg: 'is required with webhook delay', type: 'missing' }] : []
  return webhook === undefined || delay === undefined ? [] : [{ loc, msg: 'cannot be combined with any webhook but delay', type: 'value_error' }]
}

/** Headers that frame a response. With a wrong value, a client would wait forever. */
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
