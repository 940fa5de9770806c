import { Type } from '@sinclair/typebox'
import { maskApiKeysIn } from '../../contract/masking.js'
import { nullable, schemaOf } from '../../contract/schema.js'
import { timestamp } from '../../contract/time.js'
import { expiryOfKey, type IdempotencyRecord, isExpired } from './record.js'

/** A stored idempotency key. */
export interface IdempotencyKey {
  /** The `Idempotency-Key`. */
  key: string
  /** The API key that sent it, masked. */
  api_key: string
  /** The session in the path; null if there is none. */
  session_id: string | null
  /** When the key was first used. */
  first_seen_at: string
  /** When the key expires: 24 hours later. */
  expires_at: string
  /** How often the result was replayed. */
  replays: number
}

export const IdempotencyKey = schemaOf<IdempotencyKey>()(Type.Object({
  key: Type.String({ description: 'The Idempotency-Key' }),
  api_key: Type.String({ description: 'The API key that sent it, masked' }),
  session_id: nullable(Type.String({ description: 'The session in the path' })),
  first_seen_at: Type.String({ format: 'date-time', description: 'When the key was first used' }),
  expires_at: Type.String({ format: 'date-time', description: 'When the key is free again: 24 hours later' }),
  replays: Type.Integer({ description: 'How often the result was replayed' })
}, { $id: 'IdempotencyKey', description: 'An idempotency key that is kept' }))

/** Which idempotency keys are listed. */
export interface IdempotencyKeyQuery {
  /** A part of the key or of the session ID, in upper or lower case. Does not find masked text. */
  q?: string
  /** Returns only this many of the newest. */
  limit?: number
}

export const IdempotencyKeyQuery = schemaOf<IdempotencyKeyQuery>()(Type.Object({
  q: Type.Optional(Type.String({ description: 'Keys with this in the key or the session ID, in upper or lower case. What is masked is not found.' })),
  limit: Type.Optional(Type.Integer({ minimum: 0, description: 'How many at most: the newest' }))
}, { additionalProperties: false }))

/**
 * Lists the keys that match a query and have not expired, oldest first.
 * @returns `total` is the number of matches, regardless of `limit`
 */
export function listKeys (
  records: readonly IdempotencyRecord[], { q, limit = Infinity }: IdempotencyKeyQuery, now: number
): { data: IdempotencyKey[], total: number } {
  const kept = records.filter(record => !isExpired(record, now))
  const found = q === undefined ? kept : kept.filter(record => shows(listedKey(record), q.toLowerCase()))
  return { data: found.slice(Math.max(0, found.length - limit)).map(listedKey), total: found.length }
}

function shows ({ key, session_id: sessionId }: IdempotencyKey, text: string): boolean {
  return key.toLowerCase().includes(text) || sessionId?.toLowerCase().includes(text) === true
}

/** The listed form of a record, with API keys masked. */
function listedKey (record: IdempotencyRecord): IdempotencyKey {
  const { key, apiKey, params, firstSeenAt, replays } = record
  return {
    key: maskApiKeysIn(key),
    api_key: apiKey.masked,
    session_id: params['session_id'] === undefined ? null : maskApiKeysIn(params['session_id']),
    first_seen_at: timestamp(firstSeenAt),
    expires_at: timestamp(expiryOfKey(record)),
    replays
  }
}
