/**
 * Lets steps that touch the same thing run one after the other, in the order in which they come, and all others at the same time. So
 * steps of one process do not get into each other's way, and only other processes cause conflicts.
 */
export class KeyedQueue {
  /** The step that came last, by what it touches. */
  readonly #last = new Map<string, Promise<void>>()

  /** Runs a step when all that came before it and touch one of its keys have ended. */
  async run<T> (keys: readonly string[], step: () => Promise<T>): Promise<T> {
    const before: Promise<void>[] = []
    for (const key of keys) {
      const last = this.#last.get(key)
      if (last !== undefined) before.push(last)
    }
    const result = before.length > 0 ? Promise.all(before).then(step) : step()
    const free = () => {
      for (const key of keys) if (this.#last.get(key) === ended) this.#last.delete(key)
    }
    const ended = result.then(free, free)
    for (const key of keys) this.#last.set(key, ended)
    return result
  }

  /** How many keys are in use. */
  get size (): number {
    return this.#last.size
  }
}
