import type { Test } from 'tap'
import { ApiError } from '../../src/contract/errors.js'
import { completeSession, type Fixture } from '../../src/domain/fixtures/fixture.js'
import { FixtureSet } from '../../src/domain/fixtures/fixture-set.js'
import { bytesOf, type Claim, type IdempotencyRecord, recordOf } from '../../src/domain/idempotency/record.js'
import type { Session } from '../../src/domain/sessions/session.js'
import type { Base, Bases } from '../../src/domain/fixtures/base.js'
import type { Found, Reads, Store } from '../../src/domain/store.js'
import type { DueItem } from '../../src/domain/timeline.js'
import type { WebhooksOptions } from '../../src/domain/webhooks/webhooks.js'
import { MemoryStore } from '../../src/stores/memory-store.js'

export const NOW = Date.parse('2026-03-01T12:00:00.000Z')

/** A session, as a fixture makes it. */
export function session (fixture: Fixture = {}): Session {
  return completeSession({ id: 'ses_a', ...fixture }, NOW)
}

/** Sessions that a store begins with. */
export function baseOf (...ids: string[]): Base<Session> {
  return new FixtureSet(ids.map(id => ({ id }))).sessionsAt(NOW)
}

/** A request under an idempotency key. */
export function claim (parts: Partial<Claim> = {}): Claim {
  return {
    key: 'key',
    apiKey: { masked: 'vk_live_…', digest: 'digest' },
    operation: 'updateSession',
    params: { session_id: 'ses_a' },
    query: {},
    body: { external_ref: 'a' },
    ...parts
  }
}

/** The record of a key; its ID is `digest` and the key. */
export function record (key: string, now = NOW): IdempotencyRecord {
  return recordOf(claim({ key }), { status: 200, body: null }, now)
}

/** About how many bytes each of the records above holds. */
export const RECORD_BYTES = bytesOf(claim({ key: 'a' }), { status: 200, body: null })

/** A due item. */
export function dueItem (id: string, at: number, type = 'test'): DueItem {
  return { id, at, type, subject: id }
}

export interface StoreParts extends Partial<Bases> {
  max?: number
  maxBytes?: number
  onEvict?: (record: IdempotencyRecord) => void
  onDue?: () => void
}

/** A store in memory, without bounds unless they are given. */
export function memoryStore (parts: StoreParts = {}): MemoryStore {
  const { max = Infinity, maxBytes = Infinity, onEvict = () => undefined, onDue = () => undefined, ...bases } = parts
  const deliveries = { max: Infinity, maxBytes: Infinity, onEvict: () => undefined }
  return new MemoryStore({ ...bases, idempotency: { max, maxBytes, onEvict }, deliveries, onDue })
}

/** What a store has under some IDs. */
export async function read<R extends Reads> (store: Store, reads: R): Promise<Found<R>> {
  return (await store.transact(reads, found => ({ puts: {}, found }))).found
}

/** Checks that something throws an error of the API, and returns it. */
export async function errorOf (t: Test, action: () => unknown): Promise<ApiError> {
  try {
    await action()
  } catch (error) {
    t.ok(error instanceof ApiError, `${String(error)} is an error of the API`)
    return error as ApiError
  }
  t.fail('nothing was thrown')
  throw new Error('nothing was thrown')
}

/** Webhooks that are sent nowhere. */
export const noWebhooks: WebhooksOptions = {
  send: async () => ({ http_status: null, error: 'not sent', final: true }), payload: 'flat', signatureTime: 'machine'
}
