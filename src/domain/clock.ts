import { changeSetting } from './settings.js'
import type { Store } from './store.js'

/** The state of a world's clock. */
export interface ClockSetting {
  readonly id: 'clock'
  /** How far the clock is ahead of the machine's clock while it runs, in milliseconds. */
  readonly offset: number
  /** The time at which the clock is frozen, in milliseconds since 1970; null while it runs. */
  readonly frozenAt: number | null
}

/** The time of a clock, in milliseconds since 1970. */
export function timeOf ({ offset, frozenAt }: ClockSetting, machineTime: number): number {
  return frozenAt ?? Math.floor(machineTime) + offset
}

/** A clock that is set to a time. It continues from there, or stays there if it is frozen. */
export function setTo (time: number, clock: ClockSetting, machineTime: number): ClockSetting {
  return clock.frozenAt === null ? { ...clock, offset: time - Math.floor(machineTime) } : { ...clock, frozenAt: time }
}

/** A clock that is frozen, or runs again from the time at which it was frozen. */
export function withFrozen (frozen: boolean, clock: ClockSetting, machineTime: number): ClockSetting {
  const time = timeOf(clock, machineTime)
  return setTo(time, { ...clock, frozenAt: frozen ? time : null }, machineTime)
}

/**
 * The clock of a world. Times in sessions and in the journal, the 24 hours of an idempotency key, and due items follow it. It runs
 * with the machine's clock until it is moved. The store provides the machine's time, so that processes that share the store agree on it.
 */
export class Clock {
  readonly #store: Store

  constructor (store: Store) {
    this.#store = store
  }

  /** The time, in milliseconds since 1970, as `Date.now()`. */
  now (): number {
    return timeOf(this.#store.setting('clock'), this.#store.machineTime())
  }

  /** The time of the machine, regardless of moves of the clock. */
  machineTime (): number {
    return this.#store.machineTime()
  }

  /** Whether the clock is frozen. */
  get frozen (): boolean {
    return this.#store.setting('clock').frozenAt !== null
  }

  /** Sets the time, in milliseconds since 1970. The clock continues from there, or stays there if it is frozen. */
  async set (time: number): Promise<void> {
    await changeSetting(this.#store, 'clock', before => setTo(time, before, this.machineTime()))
  }

  /** Freezes the clock, or lets it run again from the time at which it is frozen. */
  async freeze (frozen: boolean): Promise<void> {
    await changeSetting(this.#store, 'clock', before => withFrozen(frozen, before, this.machineTime()))
  }

  /** Returns to the machine's clock. */
  async reset (): Promise<void> {
    await changeSetting(this.#store, 'clock', before => ({ ...before, offset: 0, frozenAt: null }))
  }
}
