import type * as Client from '@redis/client'
import type { StoreAddress } from './store-url.js'

/** The parts of the package that are used. */
export type ClientModule = Pick<typeof Client, 'createClient' | 'createCluster'>

/** The client, for one server or for a cluster. */
export interface Transport {
  /** Connects. Tries again until it succeeds, or until `destroy`. */
  connect (): Promise<void>
  /** Sends a command that is about a key, once. */
  send (key: string, args: readonly string[]): Promise<unknown>
  /** Resolves when the listener gets the messages of a channel. */
  subscribe (channel: string, listener: (message: string) => void): Promise<void>
  unsubscribe (channel: string, listener: (message: string) => void): Promise<void>
  /** Ends the connections to a server, and connects to the one to which the address leads now. A cluster finds its servers by itself. */
  reconnect?: () => Promise<void>
  /** Ends all connections at once. */
  destroy (): void
}

/** Receives the events of a transport's connections. */
export interface TransportListener {
  /** A connection is ready, for the first time or after a reconnect. */
  onReady: () => void
  /** The connection for messages has reconnected: messages may have been lost. */
  onMissed: () => void
  onError: (error: Error) => void
}

/** How long to wait before connecting again, in milliseconds: from the first to the longest delay. */
const [FIRST_DELAY, LONGEST_DELAY] = [50, 1_000]

/**
 * After how many milliseconds of silence a connection counts as broken, and how often idle ones are asked for a sign of life. A server that
 * is stopped, or behind a cut cable, closes no connection. It is also silence when this process is busy: a large state that is restored is
 * parsed in one turn of the event loop, for some seconds.
 */
const [SILENCE, PING_EVERY] = [10_000, 1_000]

/** After how many milliseconds an attempt to connect is given up. */
const CONNECT_TIMEOUT = 3_000

/** The version of the protocol: in this one all replies are lists, also those of HGETALL. */
const RESP = 2

/** How to connect to a server. What was sent when a connection breaks fails, and is not sent again: it may have been carried out. */
function optionsFor ({ socket, username, password, database }: StoreAddress): Client.RedisClientOptions {
  return {
    socket: {
      ...socket,
      connectTimeout: CONNECT_TIMEOUT,
      socketTimeout: SILENCE,
      reconnectStrategy: (retries: number) => Math.min(FIRST_DELAY * 2 ** Math.min(retries, 10), LONGEST_DELAY)
    } as NonNullable<Client.RedisClientOptions['socket']>,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    database,
    pingInterval: PING_EVERY,
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    // by default, the client makes a timer for each command, which limits only the time until it is sent
    commandOptions: { timeout: 0 }
  }
}

/** One server. */
export class ServerTransport implements Transport {
  readonly #client: Client.RedisClientType
  readonly #listener: TransportListener
  /** The connection for messages, made when it is first needed. */
  #subscriber: Client.RedisClientType | undefined

  constructor ({ createClient }: ClientModule, address: StoreAddress, listener: TransportListener) {
    this.#listener = listener
    this.#client = createClient({ ...optionsFor(address), RESP }) as unknown as Client.RedisClientType
    this.#client.on('error', (error: Error) => listener.onError(error)).on('ready', () => listener.onReady())
  }

  async connect (): Promise<void> {
    await this.#client.connect()
  }

  async send (_key: string, args: readonly string[]): Promise<unknown> {
    return this.#client.sendCommand(args)
  }

  async subscribe (channel: string, listener: (message: string) => void): Promise<void> {
    if (this.#subscriber === undefined) {
      let isFirst = true
      this.#subscriber = this.#client.duplicate({ disableOfflineQueue: false })
      this.#subscriber.on('error', () => undefined).on('ready', () => {
        if (!isFirst) this.#listener.onMissed()
        isFirst = false
      })
      this.#subscriber.connect().catch(() => undefined) // it is tried again until `destroy`
    }
    await this.#subscriber.subscribe(channel, listener)
  }

  async unsubscribe (channel: string, listener: (message: string) => void): Promise<void> {
    await this.#subscriber?.unsubscribe(channel, listener)
  }

  async reconnect (): Promise<void> {
    if (!this.#client.isReady) return // it is connecting
    await connectAgain(this.#client)
    // only now, so that both are connected to the same server
    if (this.#subscriber?.isReady === true) await connectAgain(this.#subscriber)
  }

  destroy (): void {
    end(this.#client)
    end(this.#subscriber)
  }
}

/**
 * A cluster. The client finds the node of a key, and follows MOVED and ASK: a node says so instead of carrying out a command. It repeats
 * nothing else (RedisCluster._execute in @redis/client). A node that has become a replica says MOVED, and READONLY only to clients that
 * have asked to read from replicas. So after a failover, there is nothing to do here.
 */
export class ClusterTransport implements Transport {
  readonly #cluster: Client.RedisClusterType

  constructor ({ createCluster }: ClientModule, address: StoreAddress, listener: TransportListener) {
    const { database, commandOptions, ...options } = optionsFor(address)
    const { path, host, port, ...socket } = options.socket as Record<string, unknown>
    this.#cluster = createCluster({
      rootNodes: [options as Client.RedisClusterOptions['rootNodes'][number]],
      defaults: { ...options, socket },
      commandOptions: { timeout: 0 }
    })
    const onError = (error: Error) => listener.onError(error)
    this.#cluster.on('error', onError).on('node-error', onError).on('node-ready', () => listener.onReady())
  }

  async connect (): Promise<void> {
    await this.#cluster.connect()
  }

  async send (key: string, args: readonly string[]): Promise<unknown> {
    return this.#cluster.sendCommand(key, false, args as string[])
  }

  async subscribe (channel: string, listener: (message: string) => void): Promise<void> {
    await this.#cluster.subscribe(channel, listener)
  }

  async unsubscribe (channel: string, listener: (message: string) => void): Promise<void> {
    await this.#cluster.unsubscribe(channel, listener as (message: unknown) => void) // its type asks for more than is sent
  }

  destroy (): void {
    const { masters, pubSubNode } = this.#cluster
    for (const { client } of [...masters, pubSubNode ?? {}]) end(client)
    this.#cluster.destroy()
  }
}

/** Connects again. What has no reply yet fails. */
async function connectAgain (client: Client.RedisClientType): Promise<void> {
  client.destroy()
  await client.connect().catch(() => undefined) // it is tried again until `destroy`
}

/** Ends a client for good. One that was about to connect would do so after `destroy`, and keep the process. */
function end (client: Pick<Client.RedisClientType, 'on' | 'destroy'> | undefined): void {
  client?.on('ready', () => client.destroy())
  client?.destroy()
}
