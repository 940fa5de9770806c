import { Clock } from './clock.js'
import { Faults } from './control/faults.js'
import { Journal } from './control/journal.js'
import { IdempotencyRecords } from './sessions/idempotency-records.js'
import { MemoryStore } from './sessions/memory-store.js'
import { completeSession, type Fixture } from './sessions/fixtures.js'
import type { Session } from './sessions/session.js'
import type { Store } from './sessions/store.js'
import type { FixtureChanges } from './stores/watch-fixtures.js'

export interface WorkspaceOptions {
  /** The fixtures as they are now. */
  fixtures: () => readonly Fixture[]
  maxIdempotencyKeys: number
  maxJournalEntries: number
  maxJournalBytes: number
  onFirstEviction: () => void
}

/** One isolated world: all state hangs on it, and two of them share nothing. */
export class Workspace {
  readonly clock = new Clock()
  readonly faults = new Faults()
  readonly journal: Journal
  readonly store: Store
  readonly #fixtures: WorkspaceOptions['fixtures']

  constructor ({ fixtures, maxIdempotencyKeys, maxJournalEntries, maxJournalBytes, onFirstEviction }: WorkspaceOptions) {
    this.#fixtures = fixtures
    this.journal = new Journal(maxJournalEntries, maxJournalBytes)
    this.store = new MemoryStore(() => new IdempotencyRecords(maxIdempotencyKeys, () => this.clock.now(), onFirstEviction))
    this.reset()
  }

  /** Everything as at the start: the fixtures, and nothing else. */
  reset (): void {
    this.clock.reset()
    this.faults.clear()
    this.journal.clear()
    this.store.restore(this.#complete(this.#fixtures()), [])
  }

  /** Takes over fixtures that have changed; all other sessions stay as they are. */
  refresh ({ outdated, updated }: FixtureChanges): void {
    for (const id of [...outdated, ...updated.map(({ id }) => id)]) this.store.remove(id)
    this.store.insert(this.#complete(updated))
  }

  #complete (fixtures: readonly Fixture[]): Session[] {
    return fixtures.map(fixture => completeSession(fixture, this.clock.now()))
  }
}
