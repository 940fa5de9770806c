import type { Logger } from 'pino'
import type { ApiError } from '../contract/errors.js'
import { StoreAwayError } from '../domain/store-away.js'
import type { Worlds } from '../domain/worlds.js'
import type { WorkspaceOwner, WorkspaceRegistry } from '../domain/workspaces.js'
import type { WorldBounds } from './bounds.js'
import { parseStoreUrl } from './valkey/store-url.js'

/** A store that cannot be used, with a sentence that says why. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
}

/** A `StoreError` that says why a store cannot be used. */
export function storeErrorOf (url: string, error: Error): StoreError {
  if (error instanceof StoreError) return error
  const reason = (error as Partial<ApiError>).reason ?? error.message
  return new StoreError(`The store ${parseStoreUrl(url).shown} cannot be used: ${reason.replace(/\.$/, '')}.`, { cause: error })
}

export interface SharedStoreOptions extends WorldBounds {
  /** The URL of the store; see the option `store`. */
  url: string
  /** The maximum number of workspaces of API keys. */
  maxWorkspaces: number
  log: Pick<Logger, 'info' | 'warn' | 'error'>
}

/** A store that is connected. */
export interface OpenedStore {
  /** The workspaces of API keys. */
  readonly workspaces: WorkspaceRegistry
  /** The worlds of the workspace of an API key, or without one, of the shared workspace. */
  worldsOf: (owner?: WorkspaceOwner) => Worlds
  close: () => void
}

/**
 * The store that the replicas of a mock share. It is created before it is connected, so that an app can be built without waiting. Its
 * modules are loaded when it is opened, so that a mock in memory starts without them.
 */
export class SharedStore {
  readonly #options: SharedStoreOptions
  #opened: OpenedStore | undefined

  constructor (options: SharedStoreOptions) {
    this.#options = options
  }

  /**
   * Connects, and takes a first step.
   * @throws StoreError if the store cannot be used
   */
  async open (firstStep: () => Promise<unknown>): Promise<void> {
    const { openStore } = await import('./valkey/open-store.js')
    this.#opened = await openStore(this.#options)
    try {
      await firstStep()
    } catch (error) {
      throw error instanceof StoreAwayError ? storeErrorOf(this.#options.url, error) : error
    }
  }

  /** The workspaces of API keys. */
  readonly workspaces: WorkspaceRegistry = {
    list: async () => this.#connected().workspaces.list(),
    has: async digest => this.#connected().workspaces.has(digest)
  }

  /** The worlds of the workspace of an API key, or without one, of the shared workspace. */
  worldsOf (owner?: WorkspaceOwner): Worlds {
    let worlds: Worlds | undefined
    const connected = () => worlds ??= this.#connected().worldsOf(owner)
    return {
      present: async begin => connected().present(begin),
      replace: async (begin, keep) => connected().replace(begin, keep)
    }
  }

  close (): void {
    this.#opened?.close()
  }

  #connected (): OpenedStore {
    if (this.#opened === undefined) throw new StoreAwayError('it is not connected yet')
    return this.#opened
  }
}
