import { LRUCache } from 'lru-cache'
import type { ApiKey } from './api-keys.js'
import type { Workspace } from './workspace.js'

export interface WorkspacesOptions {
  /** `api-key` gives each API key a workspace of its own, `none` one to all. */
  isolation: 'none' | 'api-key'
  /** How many workspaces of API keys are kept; one more drops the one that was not used for the longest time. */
  max: number
  create: () => Workspace
  onDrop: () => void
}

/** The workspaces of a mock: one for all, and with isolation one more for each API key, born at its first use. */
export class Workspaces {
  /** The workspace of those who have no key, or, without isolation, of everybody. */
  readonly shared: Workspace
  readonly #own: LRUCache<string, Workspace> | undefined
  readonly #create: () => Workspace

  constructor ({ isolation, max, create, onDrop }: WorkspacesOptions) {
    this.shared = create()
    this.#create = create
    if (isolation === 'none') return
    this.#own = new LRUCache({
      max,
      dispose: (_workspace, _digest, reason) => {
        if (reason === 'evict') onDrop()
      }
    })
  }

  get isolated (): boolean {
    return this.#own !== undefined
  }

  /** The workspace that an API key sees. */
  of (apiKey: ApiKey | undefined): Workspace {
    if (this.#own === undefined || apiKey === undefined) return this.shared
    let workspace = this.#own.get(apiKey.digest)
    if (workspace === undefined) this.#own.set(apiKey.digest, workspace = this.#create())
    return workspace
  }

  /** The same, for what must not bring one into being: a request that was refused. */
  existing (apiKey: ApiKey | undefined): Workspace {
    return this.#own?.get(apiKey?.digest ?? '') ?? this.shared
  }

  * all (): Iterable<Workspace> {
    yield this.shared
    yield* this.#own?.values() ?? []
  }
}
