import type { Beginning, Worlds, WorldState } from '../../domain/worlds.js'
import type { WorkspaceOwner } from '../../domain/workspaces.js'
import type { ValkeyWorlds } from './valkey-worlds.js'
import type { WorkspaceList } from './workspace-list.js'

/** How often a workspace is noted as used, in milliseconds. */
const USE_EVERY = 10_000

/** The worlds of a workspace that is listed, if it is that of an API key, and may be evicted. */
export class ListedWorlds implements Worlds {
  readonly #owner: WorkspaceOwner | undefined
  readonly #list: WorkspaceList
  readonly #make: (workspace: string) => ValkeyWorlds
  #worlds: ValkeyWorlds | undefined
  #usedAt = -Infinity

  /** @param make makes the worlds; when they are first needed, because the store is connected later */
  constructor (owner: WorkspaceOwner | undefined, list: WorkspaceList, make: (workspace: string) => ValkeyWorlds) {
    this.#owner = owner
    this.#list = list
    this.#make = make
  }

  async present (begin: (machineTime: number) => Beginning): Promise<WorldState> {
    const worlds = this.#worlds ??= this.#make(this.#owner?.digest ?? '')
    if (performance.now() - this.#usedAt > USE_EVERY) await this.#use()
    let begins = false
    const state = await worlds.present(machineTime => {
      begins = true
      return begin(machineTime)
    })
    if (begins) await this.#use() // it may have been evicted
    return state
  }

  async replace (begin: (machineTime: number) => Beginning, keepJournal: boolean): Promise<WorldState> {
    const worlds = this.#worlds ??= this.#make(this.#owner?.digest ?? '')
    return worlds.replace(begin, keepJournal)
  }

  async #use (): Promise<void> {
    if (this.#owner === undefined) return
    this.#usedAt = performance.now()
    for (const digest of await this.#list.use(this.#owner)) await this.#make(digest).drop()
  }
}
