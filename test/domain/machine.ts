import { setImmediate as turn } from 'node:timers/promises'
import type { Test } from 'tap'
import { NOW } from './examples.js'

interface Timer {
  at: number
  run: () => void
  unref: boolean
}

/** The clock and the timers of a machine, in place of the real ones until the test ends: time passes when the test says so. */
export class Machine {
  now = NOW
  readonly #timers = new Set<Timer>()

  constructor (t: Test) {
    t.intercept(Date, 'now', { value: () => this.now })
    t.intercept(performance, 'now', { value: () => this.now })
    t.intercept(globalThis, 'setTimeout', {
      value: (run: () => void, wait: number) => {
        const timer = { at: this.now + wait, run, unref: false }
        this.#timers.add(timer)
        return Object.assign(timer, { unref: () => Object.assign(timer, { unref: true }) })
      }
    })
    t.intercept(globalThis, 'clearTimeout', { value: (timer: Timer) => this.#timers.delete(timer) })
  }

  /** How long each timer waits yet, and whether it lets the process end. */
  get timers (): [wait: number, unref: boolean][] {
    return [...this.#timers].map(({ at, unref }) => [at - this.now, unref])
  }

  /** Resolves when everything that has begun is done: in memory nothing takes longer than a turn of the event loop. */
  async settle (): Promise<void> {
    await turn()
  }

  /** Lets time pass, and the timers fire that are due in it. */
  async pass (milliseconds: number): Promise<void> {
    const end = this.now + milliseconds
    for (let fired = 0; ; fired++) {
      if (fired > 10_000) throw new Error('timers are set without end')
      await this.settle()
      const [first] = [...this.#timers].filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)
      if (first === undefined) break
      this.now = first.at
      this.#timers.delete(first)
      first.run()
    }
    this.now = end
  }
}
