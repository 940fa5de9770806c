import { setTimeout as wait } from 'node:timers/promises'
import { StoreError, storeErrorOf } from '../shared-store.js'
import { Connection } from './connection.js'
import { SCHEMA_KEY, SCHEMA_VERSION } from './layout.js'
import { parseStoreUrl, type StoreAddress } from './store-url.js'
import { type ClientModule, ClusterTransport, ServerTransport } from './transport.js'

export interface ConnectOptions {
  /** Logs a sentence about something that may fail later. */
  warn: (text: string) => void
  /** How long to wait for the engine, in milliseconds. */
  patience?: number
}

/**
 * Connects to a store, and checks that it can be used.
 * @param url a URL that `checkStoreUrl` accepts
 * @throws StoreError when it cannot be used, or does not answer in time
 */
export async function connectStore (url: string, { warn, patience = 5_000 }: ConnectOptions): Promise<Connection> {
  const address = parseStoreUrl(url)
  const client = await loadClient()
  const deadline = AbortSignal.timeout(patience)
  let connection = new Connection(listener => new ServerTransport(client, address, listener))
  try {
    await before(deadline, connection.open(), connection)
    const info = await before(deadline, readInfo(connection, deadline), connection)
    checkVersion(info, address)
    if (info.get('cluster_enabled') === '1') {
      if (address.database !== 0) throw new StoreError(`The store ${address.shown} is a cluster, which has no database ${address.database}.`)
      connection.close()
      connection = new Connection(listener => new ClusterTransport(client, address, listener))
      await before(deadline, connection.open(), connection)
    }
    const policy = info.get('maxmemory_policy')
    if (policy !== undefined && policy !== 'noeviction') {
      warn(`The store ${address.shown} has the maxmemory-policy ${policy}: it may drop sessions when its memory is full. Set it to noeviction.`)
    }
    await before(deadline, checkSchema(connection, address, deadline), connection)
    return connection
  } catch (error) {
    connection.close()
    throw storeErrorOf(url, error as Error)
  }
}

async function loadClient (): Promise<ClientModule> {
  try {
    return await import('@redis/client')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new StoreError('A store on Valkey or Redis needs the package @redis/client. Install it beside verifa-mock: npm install @redis/client@6', {
      cause: error
    })
  }
}

/** Waits for a part of the start, but not longer than all of it may take. */
async function before<T> (deadline: AbortSignal, part: Promise<T>, connection: Connection): Promise<T> {
  const late = new Promise<never>((_resolve, reject) => {
    const refuse = () => reject(new Error(connection.lastError))
    if (deadline.aborted) refuse()
    else deadline.addEventListener('abort', refuse, { once: true })
  })
  return Promise.race([part, late])
}

/** What the engine says about itself, when it has loaded its data. */
async function readInfo (connection: Connection, deadline: AbortSignal): Promise<ReadonlyMap<string, string>> {
  for (;;) {
    const text = String(await connection.send('', ['INFO']))
    const info = new Map(Array.from(text.matchAll(/^(\w+):(.*?)\r?$/gm), ([, name, value]) => [name, value] as [string, string]))
    if (info.get('loading') !== '1') return info
    await wait(100, undefined, { signal: deadline })
  }
}

function checkVersion (info: ReadonlyMap<string, string>, { shown }: StoreAddress): void {
  const version = info.get('redis_version') ?? ''
  if (Number.parseInt(version, 10) >= 7) return
  throw new StoreError(`The store ${shown} has version ${version}. verifa-mock needs Valkey, or Redis 7 or later.`)
}

async function checkSchema (connection: Connection, { shown }: StoreAddress, deadline: AbortSignal): Promise<void> {
  await writeSchema(connection, deadline)
  const version = await connection.send(SCHEMA_KEY, ['GET', SCHEMA_KEY])
  if (version === SCHEMA_VERSION) return
  throw new StoreError(`The store ${shown} has data of another version of verifa-mock (schema ${String(version)}, not ${SCHEMA_VERSION}). ` +
    'Use that version, or another database.')
}

/** Writes the version of the schema, unless there is one. Tries again while the engine is away, such as in a failover. */
async function writeSchema (connection: Connection, deadline: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await connection.send(SCHEMA_KEY, ['SET', SCHEMA_KEY, SCHEMA_VERSION, 'NX'])
      return
    } catch (error) {
      if (!connection.isAway) throw error
    }
    await wait(100, undefined, { signal: deadline })
  }
}
