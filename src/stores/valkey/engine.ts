import type { Script } from './scripts.js'

/** A Valkey or Redis server, or a cluster of servers. While it is away, each call fails immediately. */
export interface Engine {
  readonly time: EngineTime

  /**
   * Runs a script once.
   * @throws StoreAwayError if the engine is away or refuses the script, or if the reply is lost; in that case the script may have run
   */
  run (script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown>

  /**
   * Sends a command for a key.
   * @throws StoreAwayError as `run` does
   */
  send (key: string, args: readonly string[]): Promise<unknown>

  /**
   * Listens on a channel. The listener is also called, without a message, when messages may have been lost.
   * @returns a function that ends the subscription
   */
  subscribe (channel: string, listener: (message: string | undefined) => void): () => void
}

/** The time of the engine, which all processes share. It is estimated between replies, and never goes back. */
export class EngineTime {
  readonly #elapsed: () => number
  /** The engine's time when `#elapsed` was 0, in milliseconds since 1970. It is a little too early, because replies take a while. */
  #start: number | undefined
  #last = 0

  /** @param elapsed a time in milliseconds that never goes back */
  constructor (elapsed = () => performance.now()) {
    this.#elapsed = elapsed
  }

  /** Takes the reply of TIME that has just arrived, and returns the time. */
  observe ([seconds, microseconds]: readonly [string, string]): number {
    this.#start = Number(seconds) * 1_000 + Number(microseconds) / 1_000 - this.#elapsed()
    return this.now()
  }

  now (): number {
    this.#last = Math.max(this.#last, (this.#start ?? 0) + this.#elapsed())
    return this.#last
  }
}
