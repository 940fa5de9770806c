import type { Problem } from './errors.js'

/** The limits of a JSON value. */
export interface JsonLimits {
  /** The maximum size of its compact UTF-8 text, in bytes. */
  bytes: number
  /** The maximum number of nested levels. */
  depth: number
}

/** A limit that a value can exceed. */
export type Limit = 'too_deep' | 'finite_number' | 'too_large'

/** The limit that a value exceeds, if any. Checks the depth first, because a value that is nested too deep cannot be measured. */
export function limitExceededBy (value: unknown, { bytes, depth }: JsonLimits): Limit | undefined {
  // a character takes at most six bytes, as \u0000 does, so short text, as in most values, does not have to be measured
  if (typeof value === 'string' && value.length * 6 + 2 <= bytes) return undefined
  if (isDeeperThan(depth, value)) return 'too_deep'
  if (hasInfinity(value)) return 'finite_number'
  return Buffer.byteLength(JSON.stringify(value)) > bytes ? 'too_large' : undefined
}

export function describeLimit (limit: Limit, { bytes, depth }: JsonLimits): Omit<Problem, 'loc'> {
  switch (limit) {
    case 'too_deep': return { msg: `must not be nested deeper than ${depth} levels`, type: limit }
    case 'finite_number': return { msg: 'has a number beyond the range of a double', type: limit }
    case 'too_large': return { msg: `must have at most ${bytes} bytes as compact JSON`, type: limit }
  }
}

function isDeeperThan (depth: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (depth === 0) return true
  for (const key in value) if (isDeeperThan(depth - 1, (value as Record<string, unknown>)[key])) return true
  return false
}

/** JSON can write 1e400, and no double can hold it. */
function hasInfinity (value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(hasInfinity)
  return typeof value === 'number' && !Number.isFinite(value)
}

/** The maximum depth of any JSON. JSON.stringify, which has to write it again, overflows the stack at about four thousand levels. */
const MAX_DEPTH = 2_000

/** The problem of JSON that is nested too deep to be written again. */
export function checkDepth (value: unknown, place: Problem['loc']): Problem[] {
  return isDeeperThan(MAX_DEPTH, value) ? [{ loc: place, msg: `must not be nested deeper than ${MAX_DEPTH} levels`, type: 'too_deep' }] : []
}

/** The path at which two JSON values differ, such as `metadata.plan`; `undefined` if they are equal. The order of fields does not count. */
export function differenceOf (one: unknown, other: unknown): string | undefined {
  return pathToDifference(one, other)?.join('.')
}

function pathToDifference (one: unknown, other: unknown): string[] | undefined {
  // not isDeepStrictEqual: it distinguishes -0 from 0, and JSON does not
  if (one === other) return undefined
  if (!isObject(one) || !isObject(other) || Array.isArray(one) !== Array.isArray(other)) return []
  for (const name in one) {
    if (!Object.hasOwn(other, name)) return [name]
    const path = pathToDifference(one[name], other[name])
    if (path !== undefined) return [name, ...path]
  }
  for (const name in other) if (!Object.hasOwn(one, name)) return [name]
  return undefined
}

/** About how many bytes a JSON value takes in memory. */
export function approximateBytes (value: unknown): number {
  if (typeof value === 'string') return 24 + value.length
  if (typeof value !== 'object' || value === null) return 8
  let bytes = 32
  for (const name in value) bytes += 8 + name.length + approximateBytes((value as Record<string, unknown>)[name])
  return bytes
}

function isObject (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
