import { type Static, Type } from '@sinclair/typebox'
import { timestamp } from '../clock.js'
import { apiError } from '../errors.js'
import type { JsonLimits } from '../validation.js'
import type { Metadata } from './session.js'
import type { StoredSession } from './stored-session.js'

/**
 * What one metadata value may be: 16 KB as the vendor's page says, read as 16,384 bytes of compact JSON, inclusive
 * (our decision); and no deeper than can be walked with a call stack (our decision).
 */
const metadataValueLimits: JsonLimits = { bytes: 16_384, depth: 1_000 }

/** Metadata as requests and fixtures send it: any JSON under any key, each value within its limits. */
export const MetadataInput = Type.Unsafe<Metadata>({
  type: 'object',
  additionalProperties: { 'x-json-limits': metadataValueLimits },
  description: 'Keys to merge into the session\'s metadata. Keys not sent are kept; a key set to null is removed. ' +
    'A value has at most 16,384 bytes as compact JSON, and 1,000 levels.'
})

/** What an update can change, and nothing else (the vendor's page). */
export const SessionUpdate = Type.Object({
  external_ref: Type.Optional(Type.String({ description: 'The new external reference' })),
  metadata: Type.Optional(MetadataInput)
}, {
  additionalProperties: false,
  description: 'What to change; what is absent stays as it is'
})
export type SessionUpdate = Static<typeof SessionUpdate>

/**
 * The updated session, made of the old one, which stays as it was.
 * `updated_at` moves also when nothing else changes (our decision).
 * @throws ApiError 422 when the session has been redacted
 */
export function updateSession (session: StoredSession, { external_ref: externalRef, metadata }: SessionUpdate, now: number): StoredSession {
  if (session.isRedacted) throw apiError('sessionRedacted')
  return session.with(
    timestamp(now),
    externalRef === undefined ? session.externalRefText : JSON.stringify(externalRef),
    metadata === undefined ? session.metadataText : mergeText(session.metadataText, metadata)
  )
}

function mergeText (metadataText: string, patch: Metadata): string {
  return JSON.stringify(mergeInto(JSON.parse(metadataText) as Record<string, unknown>, patch))
}

/**
 * Merges one level deep, into an object that nobody else has: keys sent replace, keys set to null go, keys not sent stay
 * (the vendor's page); a value that is an object replaces the old one whole, and nulls inside it are data (our decision).
 */
export function mergeInto (metadata: Record<string, unknown>, patch: Metadata): Metadata {
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(metadata, name)
    // to assign to it would call a setter, and make no member
    else if (name === '__proto__') Object.defineProperty(metadata, name, { value, enumerable: true })
    else metadata[name] = value
  }
  return metadata
}
