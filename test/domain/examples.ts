import type { Test } from 'tap'
import { ApiError } from '../../src/contract/errors.js'
import type { ClockSetting } from '../../src/domain/clock.js'
import { completeSession, type Fixture } from '../../src/domain/fixtures/fixture.js'
import { FixtureSet } from '../../src/domain/fixtures/fixture-set.js'
import { bytesOf, type Claim, type IdempotencyRecord, recordOf } from '../../src/domain/idempotency/record.js'
import type { Session } from '../../src/domain/sessions/session.js'
import type { Base, Bases } from '../../src/domain/fixtures/base.js'
import type { Changes, Store } from '../../src/domain/store.js'
import type { DueItem } from '../../src/domain/due-item.js'
import type { WebhooksOptions } from '../../src/domain/webhooks/webhooks.js'
import { MemoryStore } from '../../src/stores/memory-store.js'
import type { WorldBounds } from '../../src/stores/bounds.js'
import { MemoryWorlds } from '../../src/stores/memory-worlds.js'

export { read } from '../../src/domain/read.js'

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
  /** How many idempotency keys are kept. */
  max?: number | undefined
  /** How many bytes of them are kept. */
  maxBytes?: number | undefined
  /** Called after each step that evicts one of them before it has expired. */
  onEviction?: (() => void) | undefined
  /** What else the store begins with. */
  puts?: Changes['puts']
}

/** A store in memory, without bounds unless they are given. */
export function memoryStore ({ puts, max, maxBytes, onEviction, ...bases }: StoreParts = {}): MemoryStore {
  const { idempotency, deliveries } = worldOptions({ max, maxBytes, onEviction })
  return new MemoryStore({ bases, puts, idempotency, deliveries })
}

/** The worlds of a workspace in memory, without bounds unless they are given. */
export function memoryWorlds (bounds: Bounds = {}): MemoryWorlds {
  return new MemoryWorlds(worldOptions(bounds))
}

/** The bounds of idempotency keys. */
export type Bounds = Pick<StoreParts, 'max' | 'maxBytes' | 'onEviction'>

function worldOptions ({ max = Infinity, maxBytes = Infinity, onEviction = () => undefined }: Bounds): WorldBounds {
  return {
    idempotency: { max, maxBytes, onEviction },
    deliveries: { max: Infinity, maxBytes: Infinity },
    maxJournalEntries: 10,
    maxJournalBytes: 1e6
  }
}

/** The setting of a clock that stands still. */
export function clockAt (time: number): ClockSetting {
  return { id: 'clock', offset: 0, frozenAt: time }
}

/** Lets the clock of a store stand still at a time. */
export async function stopClock (store: Store, time: number): Promise<void> {
  await store.transact({}, () => ({ puts: { settings: [clockAt(time)] } }))
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
