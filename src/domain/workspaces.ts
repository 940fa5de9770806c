import { LRUCache } from 'lru-cache'
import { apiError } from '../contract/errors.js'
import type { ApiKey } from './api-keys.js'
import { type CaptureToken, locate } from './sessions/capture.js'
import type { Workspace } from './workspace.js'
import type { World } from './world.js'

/** The API key that a workspace belongs to. */
export type WorkspaceOwner = Pick<ApiKey, 'digest' | 'masked'>

/** The list of the workspaces of API keys, for processes that share them. */
export interface WorkspaceRegistry {
  /** In the order in which they were created. `id` replaces the API key where the key must not be disclosed: `workspace_1`. */
  list: () => Promise<readonly (WorkspaceOwner & { readonly id: string })[]>
  has: (digest: string) => Promise<boolean>
}

export interface WorkspacesOptions {
  /** `api-key` gives each API key a workspace; with `none`, all share one. */
  isolation: 'none' | 'api-key'
  /** How many workspaces of API keys are kept. Beyond that, the least recently used is evicted. */
  max: number
  /** Creates the workspace of an API key, or without one, the shared workspace. */
  create: (owner?: WorkspaceOwner) => Workspace
  /** Called when a workspace is dropped because there are too many. */
  onDrop: () => void
  /** The workspaces of all processes; by default, those of this process. */
  registry?: WorkspaceRegistry | undefined
}

/** A workspace of an API key in a list. */
export interface ListedWorkspace {
  /** The ID, which replaces the API key where the key must not be disclosed: `workspace_1`. */
  id: string
  /** The API key, masked. */
  api_key: string
}

interface OwnWorkspace {
  id: string
  owner: WorkspaceOwner
  workspace: Workspace
}

/** The workspaces of a mock: a shared one, and with isolation, one for each API key, created at its first use. */
export class Workspaces {
  /** The workspace of calls without an API key, or without isolation, of all calls. */
  readonly shared: Workspace
  readonly #own: LRUCache<string, OwnWorkspace> | undefined
  /** The same workspaces, by ID, in the order in which they were created. */
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
   * The workspace with an ID; without isolation, the shared one.
   * @throws ApiError 404 if it does not exist, or was evicted
   */
  async find (id: string): Promise<Workspace> {
    if (this.#own === undefined) return this.shared
    const owner = (await this.#registry.list()).find(listed => listed.id === id)
    if (owner === undefined) throw apiError('workspaceNotFound', { id })
    return this.of(owner) // which counts as a use
  }

  /** The workspaces of API keys, in the order in which they were created. Listing them does not count as using them. */
  async list (): Promise<ListedWorkspace[]> {
    if (this.#own === undefined) return []
    return (await this.#registry.list()).map(({ id, masked }) => ({ id, api_key: masked }))
  }

  /** The workspace of a refused request, which must not create one. */
  async existing (apiKey: ApiKey | undefined): Promise<Workspace> {
    if (this.#own === undefined || apiKey === undefined) return this.shared
    return await this.#registry.has(apiKey.digest) ? this.of(apiKey) : this.shared
  }

  /** Finds a capture token and its world. The shared workspace comes first. */
  async findToken (id: string): Promise<{ world: World, token: CaptureToken } | undefined> {
    const owners = this.#own === undefined ? [] : await this.#registry.list()
    for (const workspace of [this.shared, ...owners.map(owner => this.#own?.peek(owner.digest)?.workspace ?? this.of(owner))]) {
      const world = await workspace.enter()
      const token = await locate(world.store, id)
      if (token !== undefined) return { world, token }
    }
    return undefined
  }

  /** The workspaces that this process has created. */
  * all (): Iterable<Workspace> {
    yield this.shared
    for (const { workspace } of this.#own?.values() ?? []) yield workspace
  }

  close (): void {
    for (const workspace of this.all()) workspace.close()
  }
}
