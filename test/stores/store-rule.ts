import type { Test } from 'tap'
import type { Store } from '../../src/domain/store.js'
import type { Move } from '../../src/domain/clock-move.js'
import { session, type StoreParts } from '../domain/examples.js'

/** Makes an empty store, or one that begins with some documents. */
export type MakeStore = (parts?: StoreParts) => Promise<Store>

/** What every store does, as a test of one that it makes. */
export type StoreRule = (t: Test, make: MakeStore) => Promise<void>

export async function idsOf (store: Store, collection: 'sessions' | 'idempotency' | 'endpoints'): Promise<string[]> {
  return (await store.list(collection)).map(({ id }) => id)
}

/** Puts sessions, as one step. */
export async function put (store: Store, ...ids: string[]): Promise<void> {
  await store.transact({}, () => ({ puts: { sessions: ids.map(id => session({ id })) } }))
}

/** Deletes sessions, as one step. */
export async function remove (store: Store, ...ids: string[]): Promise<void> {
  await store.transact({}, () => ({ deletes: { sessions: ids } }))
}

export function move (id: string): Move {
  return { id, set: null, advance: 0, target: null, refused: false }
}

/** IDs and references that a store might take apart, or encode. */
export const texts = ['', ' ', '\0', 'a\0b', '\u0001', '\u00010000', 'a:b', '__proto__', 'constructor', 'ä😀', '\uD83D', '\uDE00', '\uFFFD', '"\\\n', '*?[']
