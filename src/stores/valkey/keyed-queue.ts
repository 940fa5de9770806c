/** Lets others that wait for a key go on, before the step has ended. */
export type Release = (key: string) => void

/**
 * Lets steps that touch the same thing run one after the other, in the order in which they come, and all others at the same time. So
 * steps of one process do not get into each other's way, and only other processes cause conflicts.
 */
export class KeyedQueue {
  /** The end of the step that came last, by what it touches. */
  readonly #last = new Map<string, Promise<void>>()

  /**
   * Runs a step when all that came before it and touch one of its keys have ended, or have released that key.
   * @param step takes a function that releases one of its keys early
   */
  async run<T> (keys: readonly string[], step: (release: Release) => Promise<T>): Promise<T> {
    const own = [...new Set(keys)]
    const before = own.flatMap(key => this.#last.get(key) ?? [])
    const held = new Map<string, () => void>()
    for (const key of own) this.#hold(key, held)
    try {
      await Promise.all(before)
      return await step(key => held.get(key)?.())
    } finally {
      for (const release of held.values()) release()
    }
  }

  /** How many keys are in use. */
  get size (): number {
    return this.#last.size
  }

  #hold (key: string, held: Map<string, () => void>): void {
    const released = new Promise<void>(resolve => {
      held.set(key, () => {
        if (this.#last.get(key) === released) this.#last.delete(key)
        resolve()
      })
    })
    this.#last.set(key, released)
  }
}
