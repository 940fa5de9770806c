import type { Bases } from './fixtures/base.js'
import type { Journal } from './journal/journal.js'
import type { SettingName, Settings } from './settings.js'
import type { Changes, Store } from './store.js'

/** What a world begins with. */
export interface Beginning {
  /** Documents that many worlds share. */
  readonly bases: Bases
  /** Further documents, by collection; the settings without those that it takes over. */
  readonly puts: NonNullable<Changes['puts']> & { readonly settings: readonly Settings[SettingName][] }
}

/** Where the state of a world is. */
export interface WorldState {
  /** Which world it is: a number that no other world of the workspace has. */
  readonly generation: number
  readonly store: Store
  readonly journal: Journal
}

/** The worlds of a workspace, of which one is the present one: for this process, or for all that share it. */
export interface Worlds {
  /**
   * The present world; begins the first one when there is none. It is the same object as long as the world is the same. A promise only
   * where others may have changed it since.
   * @param begin makes what the first world begins with
   */
  present (begin: (machineTime: number) => Beginning): WorldState | Promise<WorldState>

  /**
   * Begins another world in place of the present one.
   * @param keep whether it takes over the `keptSettings` as they are at that moment, and the journal, as a copy: later requests of the
   * world before do not appear in it
   */
  replace (begin: (machineTime: number) => Beginning, keep: boolean): WorldState | Promise<WorldState>
}
