import { LRUCache } from 'lru-cache'
import { apiError } from '../contract/errors.js'
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

/** A workspace of an API key, as it is listed. */
export interface ListedWorkspace {
  /** Stands for the API key where that must not be disclosed: `workspace_1`. */
  id: string
  /** The API key, masked. */
  api_key: string
}

interface OwnWorkspace {
  id: string
  apiKey: ApiKey
  workspace: Workspace
}

/** The workspaces of a mock: one for all, and with isolation one more for each API key, made at its first use. */
export class Workspaces {
  /** The workspace of calls without an API key, or, without isolation, of all. */
  readonly shared: Workspace
  readonly #own: LRUCache<string, OwnWorkspace> | undefined
  /** The same, by ID and in the order in which they were made. */
  readonly #byId = new Map<string, OwnWorkspace>()
  readonly #create: () => Workspace
  #made = 0

  constructor ({ isolation, max, create, onDrop }: WorkspacesOptions) {
    this.shared = create()
    this.#create = create
    if (isolation === 'none') return
    this.#own = new LRUCache({
      max,
      dispose: ({ id, workspace }) => {
        this.#byId.delete(id)
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
    let own = this.#own.get(apiKey.digest)
    if (own === undefined) {
      own = { id: `workspace_${++this.#made}`, apiKey, workspace: this.#create() }
      this.#byId.set(own.id, own)
      this.#own.set(apiKey.digest, own)
    }
    return own.workspace
  }

  /**
   * The workspace with an ID; without isolation, the one of all.
   * @throws ApiError 404 when there is none, or none any more
   */
  find (id: string): Workspace {
    if (this.#own === undefined) return this.shared
    const own = this.#byId.get(id)
    if (own === undefined) throw apiError('workspaceNotFound', { id })
    return this.of(own.apiKey) // which counts as a use
  }

  /** The workspaces of API keys, in the order in which they were made. To list them is not to use them. */
  list (): ListedWorkspace[] {
    return Array.from(this.#byId.values(), ({ id, apiKey }) => ({ id, api_key: apiKey.masked }))
  }

  /** The same for a request that was refused, which must not make a workspace. */
  existing (apiKey: ApiKey | undefined): Workspace {
    return this.#own?.get(apiKey?.digest ?? '')?.workspace ?? this.shared
  }

  /** Finds out whose capture token it is, and in which world: the shared workspace comes first. */
  async findToken (id: string): Promise<{ world: World, token: CaptureToken } | undefined> {
    for (const workspace of [...this.all()]) {
      const world = await workspace.enter()
      const token = await locate(world.store, id)
      if (token !== undefined) return { world, token }
    }
    return undefined
  }

  * all (): Iterable<Workspace> {
    yield this.shared
    for (const { workspace } of this.#own?.values() ?? []) yield workspace
  }

  close (): void {
    for (const workspace of this.all()) workspace.close()
  }
}
