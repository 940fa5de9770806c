import './away-hook.js'
import type { Store } from '../../src/domain/store.js'
import type { Worlds, WorldState } from '../../src/domain/worlds.js'
import type { WorkspaceOwner } from '../../src/domain/workspaces.js'
import type { WorldBounds } from '../../src/stores/bounds.js'
import { MemoryWorlds } from '../../src/stores/memory-worlds.js'
import type { OpenedStore, SharedStoreOptions, StoreError } from '../../src/stores/shared-store.js'
import { failing, failingStore, type Loss } from '../domain/store-with.js'

/** The engines of this process, by their URLs. */
const engines = new Map<string, MemoryEngine>()

/** Opens a store of this process, in place of the function in src/stores/valkey/open-store.ts. */
export async function openStore (options: SharedStoreOptions): Promise<OpenedStore> {
  return (engines.get(options.url) as MemoryEngine).open(options)
}

/** An engine in the memory of this process. Mocks whose option `store` is its URL share their state, as replicas do. */
export class MemoryEngine {
  readonly url = `redis://memory-${engines.size + 1}`
  /** Why it cannot be opened, if it cannot. */
  refusal: StoreError | undefined
  /** Whether a call fails: asked with each one. */
  loses: () => Loss | undefined = () => undefined
  /** How many calls there were. */
  calls = 0
  #away = false
  readonly #worlds = new Map<string, MemoryWorlds>()
  readonly #owners = new Map<string, WorkspaceOwner>()
  /** The process that leads the timeline of each world. */
  readonly #leaders = new Map<Store, object>()
  #waiting: (() => void)[] = []

  constructor () {
    engines.set(this.url, this)
  }

  get away (): boolean {
    return this.#away
  }

  /** Whether each call fails. */
  set away (away: boolean) {
    this.#away = away
    this.#endWaits()
  }

  async open (options: WorldBounds): Promise<OpenedStore> {
    if (this.refusal !== undefined) throw this.refusal
    return {
      workspaces: failing({
        list: async () => Array.from(this.#owners.values(), (owner, index) => ({ id: `workspace_${index + 1}`, ...owner })),
        has: async (digest: string) => this.#owners.has(digest)
      }, this.#loses),
      worldsOf: owner => this.worldsOf(options, owner),
      close: () => undefined
    }
  }

  /** The worlds of a workspace, as one process has them. */
  worldsOf (options: WorldBounds, owner?: WorkspaceOwner): Worlds {
    const name = owner?.digest ?? ''
    const worlds = this.#worlds.get(name) ?? new MemoryWorlds(options)
    this.#worlds.set(name, worlds)
    let known: WorldState | undefined
    const share = ({ generation, store, journal }: WorldState) => {
      if (known?.generation !== generation) known = { generation, store: this.#share(store), journal: failing(journal, this.#loses) }
      return known
    }
    return failing<Worlds>({
      present: async begin => {
        if (owner !== undefined) this.#owners.set(name, owner)
        return share(worlds.present(begin))
      },
      replace: async (begin, keep) => share(worlds.replace(begin, keep))
    }, this.#loses)
  }

  /** A store as one process has it. Of the processes, the one that asks first leads until it closes the store. */
  #share (store: Store): Store {
    const self = {}
    let closed = false
    const lead = async () => {
      if (!this.#leaders.has(store)) this.#leaders.set(store, self)
      return this.#leaders.get(store) === self
    }
    return {
      ...failingStore(store, this.#loses),
      ...failing({ lead }, this.#loses),
      changed: async () => {
        if (!closed) await Promise.race([store.changed(), new Promise<void>(resolve => this.#waiting.push(resolve))])
      },
      close: () => {
        closed = true
        if (this.#leaders.get(store) === self) this.#leaders.delete(store)
        this.#endWaits()
      }
    }
  }

  readonly #loses = (): Loss | undefined => {
    this.calls++
    return this.#away ? 'request' : this.loses()
  }

  /** Ends all waits for a change, so that the callers look again. */
  #endWaits (): void {
    for (const end of this.#waiting.splice(0)) end()
  }
}
