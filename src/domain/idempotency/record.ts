import { apiError } from '../../contract/errors.js'
import { approximateBytes, differenceOf } from '../../contract/json.js'
import type { Result } from '../decision.js'

/** A key is kept for 24 hours from its first request (the vendor's page). */
export const IDEMPOTENCY_WINDOW = 24 * 60 * 60 * 1000

/** The parameters of a request. The same idempotency key with other parameters is a mismatch. */
interface RequestParameters {
  /** The operation's ID, which stands for method and path: both prefixes of a path are one operation (our decision). */
  readonly operation: string
  /** All IDs in the path. */
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, unknown>>
  /** The body under the names of its schema, so that casing and order of fields do not count. Held, not copied. */
  readonly body: unknown
}

/** A request under an idempotency key. */
export interface Claim extends RequestParameters {
  readonly key: string
  /** Who sent it. The same key of another API key is another key (our decision). */
  readonly apiKey: { readonly masked: string, readonly digest: string }
}

/** A claim that was executed, and its result. */
export interface IdempotencyRecord extends Claim {
  readonly id: string
  /** In milliseconds since 1970. */
  readonly firstSeenAt: number
  readonly result: Result
  readonly replays: number
  /** About how many bytes the record holds. */
  readonly bytes: number
}

/** The document ID of a claim. A digest has a fixed length, so that it and the key cannot run together. */
export function recordId ({ apiKey, key }: Pick<Claim, 'apiKey' | 'key'>): string {
  return apiKey.digest + key
}

/**
 * The record of an executed claim. Only results are recorded: an operation that throws changed nothing, and its key stays free
 * (our decision).
 */
export function recordOf (claim: Claim, result: Result, now: number): IdempotencyRecord {
  return createRecord(recordId(claim), claim, now, result, 0, bytesOf(claim, result))
}

/** Whether a record counts no longer. A clock that was moved back makes none expire. */
export function isExpired (record: IdempotencyRecord, now: number): boolean {
  return now >= expiryOfKey(record)
}

/** When a record counts no longer, in milliseconds since 1970. */
export function expiryOfKey ({ firstSeenAt }: IdempotencyRecord): number {
  return firstSeenAt + IDEMPOTENCY_WINDOW
}

/**
 * The record after a replay for an equal request.
 * @throws ApiError 422 when the request has other parameters than the first
 */
export function replay (record: IdempotencyRecord, claim: Claim): IdempotencyRecord {
  const mismatch = mismatchOf(record, claim)
  if (mismatch !== undefined) throw apiError('idempotencyMismatch', {}, { reason: mismatch })
  return createRecord(record.id, record, record.firstSeenAt, record.result, record.replays + 1, record.bytes)
}

/** Field by field, which takes a fraction of the time of `{ ...record }`: every replay makes a record (bench/README.md). */
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

/** About how many bytes a record holds: its key, its parameters, its result and itself. */
export function bytesOf ({ key, params, query, body }: Claim, result: Result): number {
  return 500 + key.length + approximateBytes(params) + approximateBytes(query) + approximateBytes(body) + approximateBytes(result.body)
}
