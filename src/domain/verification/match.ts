import { isDeepStrictEqual } from 'node:util'
import { maskApiKeysIn } from '../../contract/masking.js'

/** How many characters of a value a message shows. */
const MAX_LENGTH = 300

/** Whether a value contains an expected value. Objects may have more fields, at any depth; everything else must be equal. */
export function includes (value: unknown, expected: unknown): boolean {
  if (!isObject(expected)) return isDeepStrictEqual(value, expected)
  return isObject(value) && Object.entries(expected).every(([key, child]) => Object.hasOwn(value, key) && includes(value[key], child))
}

/** A value in a message: with API keys masked, and truncated if it is long. */
export function describe (value: unknown): string {
  const text = value === undefined ? 'absent' : maskApiKeysIn(JSON.stringify(value))
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
}

function isObject (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
