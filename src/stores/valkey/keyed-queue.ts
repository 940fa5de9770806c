/** Releases a key before the step has ended, so that steps that wait for it can continue. */
export type Release = (key: string) => void

/**
 * Runs steps with a common key one after the other, in their order, and all other steps at the same time. So steps of one process do not
 * conflict with each other, and only other processes cause conflicts.
 */
export class KeyedQueue {
  /** The end of the last step, by key. */
  readonly #last = new Map<string, Promise<void>>()

  /**
   * Runs a step after all earlier steps with one of its keys have ended, or have released that key.
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
