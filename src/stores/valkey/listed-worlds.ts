import { StoreAwayError } from '../../domain/store-away.js'
import type { Beginning, Worlds, WorldState } from '../../domain/worlds.js'
import type { WorkspaceOwner } from '../../domain/workspaces.js'
import type { ValkeyWorlds } from './valkey-worlds.js'
import type { WorkspaceList } from './workspace-list.js'

/** How often the use of a workspace is recorded, in milliseconds. */
const USE_EVERY = 10_000

/** The worlds of the workspace of an API key, which is listed, and may be evicted. */
export class ListedWorlds implements Worlds {
  readonly #owner: WorkspaceOwner
  readonly #list: WorkspaceList
  readonly #worldsOf: (workspace: string) => ValkeyWorlds
  readonly #worlds: ValkeyWorlds
  #usedAt = -Infinity

  constructor (owner: WorkspaceOwner, list: WorkspaceList, worldsOf: (workspace: string) => ValkeyWorlds) {
    this.#owner = owner
    this.#list = list
    this.#worldsOf = worldsOf
    this.#worlds = worldsOf(owner.digest)
  }

  async present (begin: (machineTime: number) => Beginning): Promise<WorldState> {
    if (performance.now() - this.#usedAt > USE_EVERY) await this.#use()
    const first: { begins?: true } = {}
    const state = await this.#worlds.present(machineTime => {
      first.begins = true
      return begin(machineTime)
    })
    if (first.begins === true) await this.#use() // the workspace was evicted in the meantime
    return state
  }

  async replace (begin: (machineTime: number) => Beginning, keep: boolean): Promise<WorldState> {
    return this.#worlds.replace(begin, keep)
  }

  async #use (): Promise<void> {
    this.#usedAt = performance.now()
    try {
      for (const digest of await this.#list.use(this.#owner)) await this.#worldsOf(digest).drop()
    } catch (error) {
      this.#usedAt = -Infinity
      // a store that cannot be written may still be read; the next request records the use
      if (!(error instanceof StoreAwayError)) throw error
    }
  }
}
