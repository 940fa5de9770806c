import { randomInt } from 'node:crypto'
import type { Beginning, Worlds, WorldState } from '../domain/worlds.js'
import type { WorldBounds } from './bounds.js'
import { MemoryJournal } from './memory-journal.js'
import { MemoryStore } from './memory-store.js'

/** The worlds of a workspace in the memory of this process. */
export class MemoryWorlds implements Worlds {
  readonly #options: WorldBounds
  #present: WorldState & { readonly journal: MemoryJournal } | undefined
  // starts at random, so that a client notices when the mock was restarted, or the workspace was made again
  #generation = randomInt(2 ** 32)

  constructor (options: WorldBounds) {
    this.#options = options
  }

  present (begin: (machineTime: number) => Beginning): WorldState {
    return this.#present ?? this.#begin(begin, this.#newJournal())
  }

  replace (begin: (machineTime: number) => Beginning, keepJournal: boolean): WorldState {
    return this.#begin(begin, keepJournal && this.#present !== undefined ? this.#present.journal.copy() : this.#newJournal())
  }

  #begin (begin: (machineTime: number) => Beginning, journal: MemoryJournal): WorldState {
    const { idempotency, deliveries } = this.#options
    const store = new MemoryStore({ ...begin(Date.now()), idempotency, deliveries })
    return this.#present = { generation: this.#generation++, store, journal }
  }

  #newJournal (): MemoryJournal {
    return new MemoryJournal(this.#options.maxJournalEntries, this.#options.maxJournalBytes)
  }
}
