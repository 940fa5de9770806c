import { Clock } from '../clock.js'
import { IdempotencyRecords } from './idempotency-records.js'
import { MemoryStore } from './memory-store.js'
import type { Session } from './session.js'
import type { Store } from './store.js'

/** One isolated world: all state hangs on it, and two of them share nothing. */
export interface Workspace {
  clock: Clock
  store: Store
}

export interface WorkspaceOptions {
  /** Makes the sessions that the workspace starts with, at the time it is born. */
  fixtures: (now: number) => readonly Session[]
  maxIdempotencyKeys: number
  onFirstEviction: () => void
}

export function createWorkspace ({ fixtures, maxIdempotencyKeys, onFirstEviction }: WorkspaceOptions): Workspace {
  const clock = new Clock()
  const store = new MemoryStore(new IdempotencyRecords(maxIdempotencyKeys, () => clock.now(), onFirstEviction))
  store.insert(fixtures(clock.now()))
  return { clock, store }
}
