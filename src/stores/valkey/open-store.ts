import type { OpenedStore, SharedStoreOptions } from '../shared-store.js'
import { connectStore } from './connect.js'
import { ListedWorlds } from './listed-worlds.js'
import { ValkeyWorlds } from './valkey-worlds.js'
import { WorkspaceList } from './workspace-list.js'

/**
 * Connects to a store on Valkey or Redis. From then on, logs when it is away, and when it is back.
 * @throws StoreError if it cannot be used
 */
export async function openStore (options: SharedStoreOptions): Promise<OpenedStore> {
  const { url, maxWorkspaces, log } = options
  const engine = await connectStore(url, { warn: text => log.warn(text) })
  engine.whenAway(reason => log.error(`The store is away: ${reason.replace(/\.$/, '')}. Requests get a 503 until it is back.`))
  engine.whenReady(() => log.info('The store is back.'))
  const workspaces = new WorkspaceList(engine, maxWorkspaces)
  const worldsOf = (workspace: string) => new ValkeyWorlds({ ...options, engine, workspace })
  return {
    workspaces,
    worldsOf: owner => owner === undefined ? worldsOf('') : new ListedWorlds(owner, workspaces, worldsOf),
    close: () => engine.close()
  }
}
