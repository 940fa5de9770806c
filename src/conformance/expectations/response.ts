import { isDeepStrictEqual } from 'node:util'
import type { Expectation } from '../case.js'
import { describe, show } from '../received.js'

/** Any status from 200 to 299. */
export const success: Expectation = ({ response }) =>
  response.status >= 200 && response.status < 300 ? undefined : { expected: 'a status from 200 to 299', seen: describe(response) }

/** One of these statuses. */
export function status (...statuses: number[]): Expectation {
  return ({ response }) =>
    statuses.includes(response.status) ? undefined : { expected: `status ${statuses.join(' or ')}`, seen: describe(response) }
}

/** A header with this value; null: no such header. */
export function header (name: string, value: string | null): Expectation {
  return ({ response }) => {
    const found = response.headers[name.toLowerCase()] ?? null
    if (found === value) return undefined
    return { expected: value === null ? `no header ${name}` : `${name}: ${value}`, seen: `${name}: ${found === null ? 'absent' : String(found)}` }
  }
}

/** A body that is exactly this JSON value. */
export function exactBody (body: unknown): Expectation {
  return ({ response, fill }) =>
    isDeepStrictEqual(response.json, fill(body)) ? undefined : { expected: `the body ${show(fill(body))}`, seen: describe(response) }
}

/** The same body as that of an earlier step, byte by byte. */
export function sameBytesAs (step: number): Expectation {
  return ({ response, earlier }) =>
    response.text === earlier(step).text
      ? undefined
      : { expected: `the same bytes as response ${step}: ${describe(earlier(step))}`, seen: describe(response) }
}

/** The same JSON value as that of an earlier step. */
export function sameJsonAs (step: number): Expectation {
  return ({ response, earlier }) =>
    isDeepStrictEqual(response.json, earlier(step).json)
      ? undefined
      : { expected: `the same body as response ${step}: ${describe(earlier(step))}`, seen: describe(response) }
}

/** One of the copies of a request was executed: all bodies are the same, and all responses but one are replays. */
export const executedOnce: Expectation = ({ responses }) => {
  const bodies = new Set(responses.map(({ text }) => text)).size
  const executed = responses.filter(({ headers }) => headers['idempotent-replayed'] === undefined).length
  if (bodies === 1 && executed === 1) return undefined
  return { expected: 'one body and one execution', seen: `${bodies} different bodies, ${executed} of ${responses.length} executed` }
}
