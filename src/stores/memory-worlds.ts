import { randomInt } from 'node:crypto'
import { keptSettings, type SettingName, type Settings } from '../domain/settings.js'
import type { Beginning, Worlds, WorldState } from '../domain/worlds.js'
import type { WorldBounds } from './bounds.js'
import { MemoryJournal } from './memory-journal.js'
import { MemoryStore } from './memory-store.js'

/** The worlds of a workspace in the memory of this process. */
export class MemoryWorlds implements Worlds {
  readonly #options: WorldBounds
  #present: WorldState & { readonly journal: MemoryJournal } | undefined
  // starts at random, so that a client notices if the mock was restarted, or the workspace was created again
  #generation = randomInt(2 ** 32)

  constructor (options: WorldBounds) {
    this.#options = options
  }

  present (begin: (machineTime: number) => Beginning): WorldState {
    return this.#present ?? this.#begin(begin, this.#newJournal())
  }

  replace (begin: (machineTime: number) => Beginning, keep: boolean): WorldState {
    if (!keep || this.#present === undefined) return this.#begin(begin, this.#newJournal())
    const { store, journal } = this.#present
    return this.#begin(begin, journal.copy(), keptSettings.map(name => store.setting(name)))
  }

  #begin (
    begin: (machineTime: number) => Beginning, journal: MemoryJournal, kept: readonly Settings[SettingName][] = []
  ): WorldState {
    const { idempotency, deliveries } = this.#options
    const { bases, puts } = begin(Date.now())
    const settings = [...puts.settings, ...kept]
    const store = new MemoryStore({ bases, puts: { ...puts, settings }, idempotency, deliveries })
    return this.#present = { generation: this.#generation++, store, journal }
  }

  #newJournal (): MemoryJournal {
    return new MemoryJournal(this.#options.maxJournalEntries, this.#options.maxJournalBytes)
  }
}
