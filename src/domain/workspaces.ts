import { LRUCache } from 'lru-cache'
import { apiError } from '../contract/errors.js'
import type { ApiKey } from './api-keys.js'
import { type CaptureToken, locate } from './sessions/capture.js'
import type { Workspace } from './workspace.js'
import type { World } from './world.js'

/** The API key that a workspace belongs to. */
export type WorkspaceOwner = Pick<ApiKey, 'digest' | 'masked'>

/** The workspaces of API keys that there are, where processes share them. */
export interface WorkspaceRegistry {
  /** In the order in which they were made. `id` stands for the API key where that must not be disclosed: `workspace_1`. */
  list: () => Promise<readonly (WorkspaceOwner & { readonly id: string })[]>
  has: (digest: string) => Promise<boolean>
}

export interface WorkspacesOptions {
  /** `api-key` gives each API key a workspace, `none` has one for all. */
  isolation: 'none' | 'api-key'
  /** How many workspaces of API keys are kept; one more drops the one that was unused for the longest time. */
  max: number
  /** Makes a workspace: of an API key, or without one the workspace that all share. */
  create: (owner?: WorkspaceOwner) => Workspace
  /** Called when a workspace is dropped because there are too many. */
  onDrop: () => void
  /** Which there are for all processes; by default those of this process. */
  registry?: WorkspaceRegistry | undefined
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
  owner: WorkspaceOwner
  workspace: Workspace
}

/** The workspaces of a mock: one for all, and with isolation one more for each API key, made at its first use. */
export class Workspaces {
  /** The workspace of calls without an API key, or, without isolation, of all. */
  readonly shared: Workspace
  readonly #own: LRUCache<string, OwnWorkspace> | undefined
  /** The same, by ID and in the order in which they were made. */
  readonly #byId = new Map<string, OwnWorkspace>()
  readonly #create: WorkspacesOptions['create']
  readonly #registry: WorkspaceRegistry
  #made = 0

  constructor ({ isolation, max, create, onDrop, registry }: WorkspacesOptions) {
    this.shared = create()
    this.#create = create
    this.#registry = registry ?? {
      list: async () => Array.from(this.#byId.values(), ({ id, owner }) => ({ id, ...owner })),
      has: async digest => this.#own?.has(digest) === true
    }
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
  of ({ digest, masked }: WorkspaceOwner): Workspace {
    if (this.#own === undefined) return this.shared
    let own = this.#own.get(digest)
    if (own === undefined) {
      const owner = { digest, masked }
      own = { id: `workspace_${++this.#made}`, owner, workspace: this.#create(owner) }
      this.#byId.set(own.id, own)
      this.#own.set(digest, own)
    }
    return own.workspace
  }

  /**
   * The workspace with an ID; without isolation, the one of all.
   * @throws ApiError 404 when there is none, or none any more
   */
  async find (id: string): Promise<Workspace> {
    if (this.#own === undefined) return this.shared
    const owner = (await this.#registry.list()).find(listed => listed.id === id)
    if (owner === undefined) throw apiError('workspaceNotFound', { id })
    return this.of(owner) // which counts as a use
  }

  /** The workspaces of API keys, in the order in which they were made. To list them is not to use them. */
  async list (): Promise<ListedWorkspace[]> {
    if (this.#own === undefined) return []
    return (await this.#registry.list()).map(({ id, masked }) => ({ id, api_key: masked }))
  }

  /** The workspace of a request that was refused, which must not make one. */
  async existing (apiKey: ApiKey | undefined): Promise<Workspace> {
    if (this.#own === undefined || apiKey === undefined) return this.shared
    return await this.#registry.has(apiKey.digest) ? this.of(apiKey) : this.shared
  }

  /** Finds out whose capture token it is, and in which world: the shared workspace comes first. */
  async findToken (id: string): Promise<{ world: World, token: CaptureToken } | undefined> {
    const owners = this.#own === undefined ? [] : await this.#registry.list()
    for (const workspace of [this.shared, ...owners.map(owner => this.#own?.peek(owner.digest)?.workspace ?? this.of(owner))]) {
      const world = await workspace.enter()
      const token = await locate(world.store, id)
      if (token !== undefined) return { world, token }
    }
    return undefined
  }

  /** The workspaces that this process has made. */
  * all (): Iterable<Workspace> {
    yield this.shared
    for (const { workspace } of this.#own?.values() ?? []) yield workspace
  }

  close (): void {
    for (const workspace of this.all()) workspace.close()
  }
}
