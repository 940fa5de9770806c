import { LRUCache } from 'lru-cache'
import type { ApiKey } from './api-keys.js'
import { type CaptureToken, locate } from './sessions/capture.js'
import type { Workspace } from './workspace.js'
import type { World } from './world.js'

export interface WorkspacesOptions {
  /** `api-key` gives each API key a workspace, `none` has one for all. */
  isolation: 'none' | 'api-key'
  /** How many workspaces of API keys are kept; one more drops the one that was unused for the longest time. */
  max: number
  create: () => Workspace
  /** Called when a workspace is dropped because there are too many. */
  onDrop: () => void
}

/** The workspaces of a mock: one for all, and with isolation one more for each API key, made at its first use. */
export class Workspaces {
  /** The workspace of calls without an API key, or, without isolation, of all. */
  readonly shared: Workspace
  readonly #own: LRUCache<string, Workspace> | undefined
  readonly #create: () => Workspace

  constructor ({ isolation, max, create, onDrop }: WorkspacesOptions) {
    this.shared = create()
    this.#create = create
    if (isolation === 'none') return
    this.#own = new LRUCache({
      max,
      dispose: workspace => {
        workspace.close()
        onDrop()
      }
    })
  }

  get isolated (): boolean {
    return this.#own !== undefined
  }

  /** The workspace of an API key. */
  of (apiKey: ApiKey): Workspace {
    if (this.#own === undefined) return this.shared
    let workspace = this.#own.get(apiKey.digest)
    if (workspace === undefined) this.#own.set(apiKey.digest, workspace = this.#create())
    return workspace
  }

  /** The same for a request that was refused, which must not make a workspace. */
  existing (apiKey: ApiKey | undefined): Workspace {
    return this.#own?.get(apiKey?.digest ?? '') ?? this.shared
  }

  /** Finds out whose capture token it is, and in which world: the shared workspace comes first. */
  async findToken (id: string): Promise<{ world: World, token: CaptureToken } | undefined> {
    for (const { world } of [...this.all()]) {
      const token = await locate(world.store, id)
      if (token !== undefined) return { world, token }
    }
    return undefined
  }

  * all (): Iterable<Workspace> {
    yield this.shared
    yield* this.#own?.values() ?? []
  }

  close (): void {
    for (const workspace of this.all()) workspace.close()
  }
}
