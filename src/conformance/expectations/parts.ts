import type { Expectation } from '../case.js'
import { describe, fieldAt, fieldOf } from '../received.js'

/** Something expected of a part of the body, such as `data.0`. */
export function at (path: string, expectation: Expectation): Expectation {
  return context => {
    const mismatch = expectation({ ...context, response: { ...context.response, json: fieldAt(context.response.json, path) } })
    return mismatch && { expected: `in ${path}: ${mismatch.expected}`, seen: mismatch.seen }
  }
}

/** A list `data` with at least one item, each of which is as expected. */
export function each (expectation: Expectation): Expectation {
  return context => {
    const items = itemsOf(context.response.json)
    if (items.length === 0) return { expected: 'data with items', seen: describe(context.response) }
    for (const index of items.keys()) {
      const mismatch = at(`data.${index}`, expectation)(context)
      if (mismatch !== undefined) return mismatch
    }
    return undefined
  }
}

/** A list `data` whose items have these values in a field, in this order. */
export function items (name: string, ...values: string[]): Expectation {
  return ({ response, fill }) => {
    const found = itemsOf(response.json).map(item => fieldOf(item, name))
    const isRight = Array.isArray(fieldOf(response.json, 'data')) && JSON.stringify(found) === JSON.stringify(fill(values))
    return isRight ? undefined : { expected: `data with ${name} ${fill(values).join(', ') || 'of no item'}`, seen: describe(response) }
  }
}

function itemsOf (json: unknown): unknown[] {
  const data = fieldOf(json, 'data')
  return Array.isArray(data) ? data as unknown[] : []
}
