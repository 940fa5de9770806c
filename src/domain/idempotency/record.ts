import { apiError } from '../../contract/errors.js'
import { approximateBytes, differenceOf } from '../../contract/json.js'
import type { Result } from '../decision.js'

/** A key is kept for 24 hours from its first request (the vendor's page). */
export const IDEMPOTENCY_WINDOW = 24 * 60 * 60 * 1000

/** The parameters of a request. The same idempotency key with other parameters is a mismatch. */
interface RequestParameters {
  /** The operation's ID instead of method and path, because both prefixes of a path are one operation (our decision). */
  readonly operation: string
  /** All IDs in the path. */
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, unknown>>
  /** The body with the field names of its schema, so that casing and order of fields do not count. Referenced, not copied. */
  readonly body: unknown
}

/** A request with an idempotency key. */
export interface Claim extends RequestParameters {
  readonly key: string
  /** The API key that sent it. The same idempotency key from another API key is a different one (our decision). */
  readonly apiKey: { readonly masked: string, readonly digest: string }
}

/** A claim that was executed, and its result. */
export interface IdempotencyRecord extends Claim {
  readonly id: string
  /** In milliseconds since 1970. */
  readonly firstSeenAt: number
  readonly result: Result
  readonly replays: number
  /** About how many bytes the record takes. */
  readonly bytes: number
}

/** The document ID of a claim. It is unambiguous, because the digest has a fixed length. */
export function recordId ({ apiKey, key }: Pick<Claim, 'apiKey' | 'key'>): string {
  return apiKey.digest + key
}

/** The record of an executed claim. An operation that throws changes nothing: it is not recorded, and its key stays free (our decision). */
export function recordOf (claim: Claim, result: Result, now: number): IdempotencyRecord {
  return createRecord(recordId(claim), claim, now, result, 0, bytesOf(claim, result))
}

/** Whether a record has expired. Moving the clock back does not expire records. */
export function isExpired (record: IdempotencyRecord, now: number): boolean {
  return now >= expiryOfKey(record)
}

/** When a record expires, in milliseconds since 1970. */
export function expiryOfKey ({ firstSeenAt }: IdempotencyRecord): number {
  return firstSeenAt + IDEMPOTENCY_WINDOW
}

/**
 * The record after a replay for an equal request.
 * @throws ApiError 422 if the request has other parameters than the first
 */
export function replay (record: IdempotencyRecord, claim: Claim): IdempotencyRecord {
  const mismatch = mismatchOf(record, claim)
  if (mismatch !== undefined) throw apiError('idempotencyMismatch', {}, { reason: mismatch })
  return createRecord(record.id, record, record.firstSeenAt, record.result, record.replays + 1, record.bytes)
}

/** Copies field by field, which takes a fraction of the time of `{ ...record }`: every replay creates a record (bench/README.md). */
function createRecord (
  id: string, { key, apiKey, operation, params, query, body }: Claim, firstSeenAt: number, result: Result, replays: number, bytes: number
): IdempotencyRecord {
  return { id, key, apiKey, operation, params, query, body, firstSeenAt, result, replays, bytes }
}

function mismatchOf (record: IdempotencyRecord, claim: Claim): string | undefined {
  if (record.operation !== claim.operation) return `key was first used for ${record.operation}`
  for (const part of ['params', 'query', 'body'] as const) {
    const difference = differenceOf(record[part], claim[part])
    if (difference === undefined) continue
    const name = part === 'params' ? 'path' : part
    return difference === '' ? `${name} differs` : `${name} differs at ${difference}`
  }
  return undefined
}

/** About how many bytes a record takes: its key, its parameters, its result, and the object itself. */
export function bytesOf ({ key, params, query, body }: Claim, result: Result): number {
  return 500 + key.length + approximateBytes(params) + approximateBytes(query) + approximateBytes(body) + approximateBytes(result.body)
}
