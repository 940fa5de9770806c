import type { Logger } from 'pino'
import type { Worlds } from '../../domain/worlds.js'
import type { WorkspaceOwner } from '../../domain/workspaces.js'
import { StoreAwayError } from '../../domain/store-away.js'
import { connectStore } from './connect.js'
import type { Connection } from './connection.js'
import { ListedWorlds } from './listed-worlds.js'
import { ValkeyWorlds, type ValkeyWorldsOptions } from './valkey-worlds.js'
import { WorkspaceList } from './workspace-list.js'

export interface SharedStoreOptions extends Omit<ValkeyWorldsOptions, 'engine' | 'workspace'> {
  /** Where it is; see the option `store`. */
  url: string
  /** How many workspaces of API keys there are at most. */
  maxWorkspaces: number
  log: Pick<Logger, 'info' | 'warn' | 'error'>
}

/** The store that the replicas of a mock share. It is made before it is connected, so that an app can be built without waiting. */
export class SharedStore {
  readonly #options: SharedStoreOptions
  #connection: Connection | undefined
  /** The workspaces of API keys. */
  readonly workspaces: WorkspaceList

  constructor (options: SharedStoreOptions) {
    this.#options = options
    this.workspaces = new WorkspaceList(() => this.#engine(), options.maxWorkspaces)
  }

  /**
   * Connects, and says from then on in the log when the store is away, and when it is back.
   * @throws StoreError when the store cannot be used
   */
  async open (): Promise<void> {
    const { url, log } = this.#options
    const connection = await connectStore(url, { warn: text => log.warn(text) })
    connection.whenAway(reason => log.error(`The store is away: ${reason}. Requests get a 503 until it is back.`))
    connection.whenReady(() => log.info('The store is back.'))
    this.#connection = connection
  }

  /** The worlds of a workspace: that of an API key, or without one the workspace that all share. */
  worldsOf (owner?: WorkspaceOwner): Worlds {
    const make = (workspace: string) => new ValkeyWorlds({ ...this.#options, engine: this.#engine(), workspace })
    return new ListedWorlds(owner, this.workspaces, make)
  }

  close (): void {
    this.#connection?.close()
  }

  #engine (): Connection {
    if (this.#connection === undefined) throw new StoreAwayError('it is not connected yet')
    return this.#connection
  }
}
