/** The maximum wait for a change, in milliseconds, because other processes do not report all changes. */
const LOOK_EVERY = 100

/** Lets callers wait for the next change of a world, and listen for changes that may make something due. */
export class ChangeListeners {
  readonly #listeners: (() => void)[] = []
  #waiting: Promise<void> | undefined
  /** Resolves the promise that `changed` returned. */
  #resolve = (): void => undefined
  #closed = false

  /** Resolves after the next change, or after a while, so that the caller checks again. */
  async changed (): Promise<void> {
    if (this.#closed) return
    this.#waiting ??= this.#nextChange()
    await this.#waiting
  }

  onWake (listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** Reports a change. */
  change (): void {
    this.#resolve()
  }

  /** Reports a change that may make something due. */
  wake (): void {
    this.#resolve()
    if (this.#closed) return
    for (const listener of this.#listeners) listener()
  }

  close (): void {
    this.#closed = true
    this.#resolve()
  }

  async #nextChange (): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = setTimeout(() => this.#resolve(), LOOK_EVERY).unref()
      this.#resolve = () => {
        clearTimeout(timer)
        this.#waiting = undefined
        resolve()
      }
    })
  }
}
