import { isDeepStrictEqual } from 'node:util'
import type { Expectation } from '../case.js'
import { describe, fieldOf } from '../received.js'
import { exactBody } from './response.js'

/** An error with this status and code. */
export function error (status: number, code: string): Expectation {
  return ({ response }) =>
    response.status === status && fieldOf(response.json, 'error') === code
      ? undefined
      : { expected: `status ${status} and error ${code}`, seen: describe(response) }
}

/** The error for an idempotency key that was used with other parameters. */
export const idempotencyMismatch = exactBody({
  error: 'idempotency_mismatch', detail: 'Idempotency key has already been used with different parameters.', status_code: 422
})

/** A `detail` that contains each of these texts. */
export function detailMentions (...texts: string[]): Expectation {
  return ({ response, fill }) => {
    const detail = JSON.stringify(fieldOf(response.json, 'detail') ?? '')
    if (fill(texts).every(text => detail.includes(text))) return undefined
    return { expected: `a detail that mentions ${fill(texts).join(' and ')}`, seen: describe(response) }
  }
}

/** A `detail` that lists one problem `{loc, msg, type}` for each of these places, in any order. */
export function problemsAt (...places: readonly (readonly string[])[]): Expectation {
  return ({ response, fill }) => {
    const problems = problemsOf(fieldOf(response.json, 'detail'))
    const found = problems.map(problem => JSON.stringify(fieldOf(problem, 'loc'))).sort()
    const expected = fill(places).map(place => JSON.stringify(place)).sort()
    if (problems.every(isProblem) && isDeepStrictEqual(found, expected)) return undefined
    return { expected: `a detail with problems {loc, msg, type} at ${expected.join(' and ')}`, seen: describe(response) }
  }
}

/** A `detail` that lists so many problems and ends with one that says how many more there are. */
export function problemsAndMore (listed: number, more: number): Expectation {
  const last = { loc: ['body'], msg: `has ${more} more problems`, type: 'more_problems' }
  return ({ response }) => {
    const problems = problemsOf(fieldOf(response.json, 'detail'))
    if (problems.every(isProblem) && problems.length === listed + 1 && isDeepStrictEqual(problems.at(-1), last)) return undefined
    return { expected: `${listed} problems and then ${JSON.stringify(last)}`, seen: `${problems.length} problems: ${describe(response)}` }
  }
}

function problemsOf (detail: unknown): unknown[] {
  return Array.isArray(detail) ? detail as unknown[] : []
}

function isProblem (problem: unknown): boolean {
  return typeof fieldOf(problem, 'msg') === 'string' && typeof fieldOf(problem, 'type') === 'string'
}
