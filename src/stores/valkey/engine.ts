import type { Script } from './scripts.js'

/** A server of Valkey or Redis, or a cluster of them. While it is away, each call fails at once. */
export interface Engine {
  readonly time: EngineTime

  /**
   * Runs a script once.
   * @throws StoreAwayError when the engine is away or refuses the script, or the reply is lost: then the script may have run
   */
  run (script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown>

  /**
   * Sends a command that is about a key.
   * @throws StoreAwayError as `run` does
   */
  send (key: string, args: readonly string[]): Promise<unknown>

  /**
   * Listens on a channel. The listener is also called, without a message, when messages may have been lost.
   * @returns ends the subscription
   */
  subscribe (channel: string, listener: (message: string | undefined) => void): () => void
}

/** The time of the engine, which all processes have in common. It is estimated between replies, and never goes back. */
export class EngineTime {
  readonly #elapsed: () => number
  /** The engine's time in milliseconds since 1970 when `#elapsed` was 0, a little too early: a reply is on its way for a while. */
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
