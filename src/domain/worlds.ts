import type { Bases } from './fixtures/base.js'
import type { Journal } from './journal/journal.js'
import type { SettingName, Settings } from './settings.js'
import type { Changes, Store } from './store.js'

/** What a world begins with. */
export interface Beginning {
  /** Documents that many worlds share. */
  readonly bases: Bases
  /** More documents, by collection; settings without those that the world takes over. */
  readonly puts: NonNullable<Changes['puts']> & { readonly settings: readonly Settings[SettingName][] }
}

/** The store and the journal of a world. */
export interface WorldState {
  /** The number of the world, which no other world of the workspace has. */
  readonly generation: number
  readonly store: Store
  readonly journal: Journal
}

/** The worlds of a workspace. One is the present world, for this process or for all that share the workspace. */
export interface Worlds {
  /**
   * The present world; begins the first world if there is none. It is the same object as long as the world is the same. Returns a promise
   * only if other processes may have replaced it.
   * @param begin creates the beginning of the first world
   */
  present (begin: (machineTime: number) => Beginning): WorldState | Promise<WorldState>

  /**
   * Begins another world in place of the present one.
   * @param keep whether the new world takes over the `keptSettings` of that moment, and a copy of the journal. Later requests of the old
   * world do not appear in it.
   */
  replace (begin: (machineTime: number) => Beginning, keep: boolean): WorldState | Promise<WorldState>
}
