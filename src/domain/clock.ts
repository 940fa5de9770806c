/**
 * The clock of a world: times in sessions and in the journal, the 24 hours of an idempotency key, everything that is due. It runs
 * with the machine's clock until it is moved. Nothing else reads the time of day, except for the log.
 */
export class Clock {
  #offset = 0
  #frozenAt: number | undefined
  #revision = 0
  readonly #listeners: (() => void)[] = []

  /** The time, in milliseconds since 1970, as `Date.now()`. */
  now (): number {
    return this.#frozenAt ?? Date.now() + this.#offset
  }

  /** The time of the machine, wherever the clock stands. */
  machineTime (): number {
    return Date.now()
  }

  /** Whether the clock stands still. */
  get frozen (): boolean {
    return this.#frozenAt !== undefined
  }

  /** Grows with each change of the clock, except the running of time. */
  get revision (): number {
    return this.#revision
  }

  /** Sets the time, in milliseconds since 1970. The clock runs on from there, or stands there when it is frozen. */
  set (time: number): void {
    this.#put(time)
    this.#notify()
  }

  /** Stops the clock, or lets it run again from where it stands. */
  freeze (frozen: boolean): void {
    const time = this.now()
    this.#frozenAt = frozen ? time : undefined
    this.#put(time)
    this.#notify()
  }

  /** Returns to the machine's clock. */
  reset (): void {
    this.#offset = 0
    this.#frozenAt = undefined
    this.#notify()
  }

  /** Calls a listener after each change of the clock, except the running of time. */
  onChange (listener: () => void): void {
    this.#listeners.push(listener)
  }

  #put (time: number): void {
    if (this.#frozenAt === undefined) this.#offset = time - Date.now()
    else this.#frozenAt = time
  }

  #notify (): void {
    this.#revision++
    for (const listener of this.#listeners) listener()
  }
}
