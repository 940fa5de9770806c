import { StoreAwayError } from '../../domain/store-away.js'
import { type Engine, EngineTime } from './engine.js'
import { workspaceKeys } from './layout.js'
import type { Script } from './scripts.js'
import type { Transport, TransportListener } from './transport.js'

/** How often to look whether the engine answers, in milliseconds. */
const LOOK_EVERY = 1_000

/** After how many looks without an answer the engine counts as away. */
const SILENT_LOOKS = 2

/** The key of a probe: of the workspace that all API keys share. In a cluster, the probe reaches only the node that has it. */
const { present: PROBED_KEY } = workspaceKeys('')

/** A probe: a write, which a replica refuses. It changes nothing, because the key never expires. */
const PROBE = ['PERSIST', PROBED_KEY]

/**
 * The replies of an engine that cannot be used: it is starting, a script keeps it busy, a part of it is away, it is a replica, or its
 * password has changed.
 */
const awayReply = /^(LOADING|BUSY|CLUSTERDOWN|MASTERDOWN|READONLY|NOAUTH)\b/

/**
 * The replies of an engine that refuses some commands: it has no memory or disk left, lacks replicas, moves keys to another node, or the
 * user has no permission.
 */
const refusedReply = /^(OOM|MISCONF|NOREPLICAS|TRYAGAIN|NOPERM|ERR The user executing the script)\b/

/** The connection to an engine. While the engine is away, every call fails immediately. The connection recovers without help. */
export class Connection implements Engine, TransportListener {
  readonly time = new EngineTime()
  /** The channels by their listeners: a channel may have several. */
  readonly #subscriptions = new Map<(message: string | undefined) => void, string>()
  readonly #readyListeners: (() => void)[] = []
  readonly #awayListeners: ((reason: string) => void)[] = []
  readonly #timer: NodeJS.Timeout
  readonly #transport: Transport
  /** Why the engine is away; `undefined` when it is not. */
  #away: string | undefined
  #closed = false
  /** The commands that have no reply yet: each function rejects one. */
  readonly #waiting = new Set<(error: Error) => void>()
  #silentLooks = 0
  #lastError = 'no reply'

  /** @param connect creates the transport, which reports the events of its connections to this object */
  constructor (connect: (listener: TransportListener) => Transport) {
    this.#transport = connect(this)
    this.#timer = setInterval(() => this.look(), LOOK_EVERY).unref()
  }

  /** Connects. Tries again until it succeeds, or until `close`. */
  async open (): Promise<void> {
    await this.#transport.connect()
  }

  /** The last error of a connection, or the last reply of an engine that is away, in words. */
  get lastError (): string {
    return this.#lastError
  }

  get isAway (): boolean {
    return this.#away !== undefined
  }

  /** Calls a listener each time the engine is back. */
  whenReady (listener: () => void): void {
    this.#readyListeners.push(listener)
  }

  /** Calls a listener with the reason each time the engine goes away. */
  whenAway (listener: (reason: string) => void): void {
    this.#awayListeners.push(listener)
  }

  async run (script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const key = keys[0] as string
    try {
      return await this.send(key, ['EVALSHA', script.sha, String(keys.length), ...keys, ...args])
    } catch (error) {
      // the engine does not know the script: it was started again, or took over from another one
      if (!(error as Error).message.startsWith('NOSCRIPT')) throw error
      return this.send(key, ['EVAL', script.text, String(keys.length), ...keys, ...args])
    }
  }

  async send (key: string, args: readonly string[]): Promise<unknown> {
    if (this.#closed) throw new StoreAwayError('the mock is being closed')
    if (this.#away !== undefined) throw new StoreAwayError(this.#away)
    return this.#send(key, args)
  }

  subscribe (channel: string, listener: (message: string | undefined) => void): () => void {
    this.#subscriptions.set(listener, channel)
    this.#subscribe(channel, listener)
    return () => {
      this.#subscriptions.delete(listener)
      if (!this.#closed) this.#transport.unsubscribe(channel, listener).catch(() => undefined)
    }
  }

  /** Checks whether the engine can be used. The timer calls it. */
  look (): void {
    if (this.#closed) return
    if (this.#waiting.size === 0) {
      this.#silentLooks = 0
      this.#send(PROBED_KEY, PROBE).catch(() => {
        // after a failover, the address leads to another server; replies that are on their way are not lost
        if (this.isAway && this.#waiting.size === 0) void this.#transport.reconnect?.()
      })
    } else if (++this.#silentLooks > SILENT_LOOKS) {
      const reason = 'it does not answer'
      this.#setAway(reason)
      for (const reject of this.#waiting) reject(new StoreAwayError(reason))
    }
  }

  onReady (): void {
    if (this.isAway) this.#send(PROBED_KEY, PROBE).catch(() => undefined)
  }

  onMissed (): void {
    for (const listener of this.#subscriptions.keys()) listener(undefined)
  }

  onError (error: Error): void {
    this.#lastError = explain(error)
  }

  close (): void {
    if (this.#closed) return
    this.#closed = true
    clearInterval(this.#timer)
    this.#transport.destroy()
  }

  async #send (key: string, args: readonly string[]): Promise<unknown> {
    // only probes are sent while the engine is away; a read that was sent before may get its reply from a replica
    const isProbe = this.isAway
    return new Promise((resolve, reject: (error: Error) => void) => {
      this.#waiting.add(reject)
      const settle = () => {
        this.#waiting.delete(reject)
        this.#silentLooks = 0
      }
      this.#transport.send(key, args).then(reply => {
        settle()
        if (isProbe) this.#setReady()
        resolve(reply)
      }, (error: unknown) => {
        settle()
        reject(this.#errorFor(error as Error, isProbe))
      })
    })
  }

  #errorFor (error: Error, isProbe: boolean): Error {
    if (error instanceof TypeError) return error
    if (isReply(error) && !awayReply.test(error.message)) {
      if (isProbe) this.#setReady()
      return refusedReply.test(error.message) ? new StoreAwayError(error.message) : error
    }
    const reason = explain(error)
    this.#setAway(reason)
    if (isReply(error)) this.#away = this.#lastError = reason // it says more than how a connection ended before
    return new StoreAwayError(reason)
  }

  #setReady (): void {
    if (this.#away === undefined) return
    this.#away = undefined
    for (const [listener, channel] of this.#subscriptions) {
      listener(undefined)
      this.#subscribe(channel, listener)
    }
    for (const listener of this.#readyListeners) listener()
  }

  #setAway (reason: string): void {
    if (this.#away !== undefined || this.#closed) return
    this.#away = reason
    for (const listener of this.#awayListeners) listener(reason)
  }

  /** Subscribes in the transport, where a channel and listener that are known already change nothing. */
  #subscribe (channel: string, listener: (message: string | undefined) => void): void {
    if (this.#closed) return // a transport that is destroyed would connect once more
    this.#transport.subscribe(channel, listener).catch(() => undefined) // once more when the engine is back
  }
}

/** Whether an error is a reply of the engine, and not one of the connection to it. */
function isReply (error: Error): boolean {
  // by its name in capitals: the client is loaded only when it is needed, and so is its class
  return /^[A-Z]{2,}\b/.test(error.message) && !('code' in error)
}

function explain ({ message }: Error): string {
  return message === '' ? 'it cannot be reached' : message
}
