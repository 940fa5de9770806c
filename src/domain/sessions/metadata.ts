import { Type } from '@sinclair/typebox'
import type { JsonLimits } from '../../contract/json.js'
import type { Metadata } from './session.js'

/**
 * The limits of one metadata value: 16 KB as the vendor's page says, read as 16,384 bytes of compact JSON, inclusive (our
 * decision); and 1,000 levels, so that a call stack can walk it (our decision).
 */
const valueLimits: JsonLimits = { bytes: 16_384, depth: 1_000 }

/** Metadata as requests and fixtures send it: any JSON under any key, each value within its limits. */
export const MetadataInput = Type.Unsafe<Metadata>({
  'type': 'object',
  'additionalProperties': true,
  'x-value-limits': valueLimits,
  'description': 'Keys to merge into the session\'s metadata. Keys not sent are kept; a key set to null is removed. ' +
    'A value has at most 16,384 bytes as compact JSON, and 1,000 levels.'
})

/**
 * Merges metadata one level deep: a key that is sent replaces the old value, a key set to null is removed, and every other key stays (the
 * vendor's page). An object replaces the old value as a whole, and nulls inside it are data (our decision).
 */
export function mergeMetadata (metadata: Metadata, patch: Metadata): Metadata {
  const merged: Record<string, unknown> = { ...metadata }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(merged, key)
    // an assignment would call a setter instead of creating a field
    else if (key === '__proto__') Object.defineProperty(merged, key, { value, enumerable: true, configurable: true })
    else merged[key] = value
  }
  return merged
}
