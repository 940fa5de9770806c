import { changeSetting } from './settings.js'
import type { Store } from './store.js'

/** Where the clock of a world stands. */
export interface ClockSetting {
  readonly id: 'clock'
  /** How far it is ahead of the machine's clock while it runs, in milliseconds. */
  readonly offset: number
  /** Where it stands still, in milliseconds since 1970; null while it runs. */
  readonly frozenAt: number | null
}

/** The time of a clock, in milliseconds since 1970. */
export function timeOf ({ offset, frozenAt }: ClockSetting, machineTime: number): number {
  return frozenAt ?? Math.floor(machineTime) + offset
}

/** A clock that was set to a time. It runs on from there, or stands there when it is frozen. */
export function setTo (time: number, clock: ClockSetting, machineTime: number): ClockSetting {
  return clock.frozenAt === null ? { ...clock, offset: time - Math.floor(machineTime) } : { ...clock, frozenAt: time }
}

/** A clock that was stopped, or runs again from where it stood. */
export function withFrozen (frozen: boolean, clock: ClockSetting, machineTime: number): ClockSetting {
  const time = timeOf(clock, machineTime)
  return setTo(time, { ...clock, frozenAt: frozen ? time : null }, machineTime)
}

/**
 * The clock of a world: times in sessions and in the journal, the 24 hours of an idempotency key, everything that is due. It runs
 * with the machine's clock until it is moved. The store has the machine's time, so that processes that share it have one.
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

  /** The time of the machine, wherever the clock stands. */
  machineTime (): number {
    return this.#store.machineTime()
  }

  /** Whether the clock stands still. */
  get frozen (): boolean {
    return this.#store.setting('clock').frozenAt !== null
  }

  /** Sets the time, in milliseconds since 1970. The clock runs on from there, or stands there when it is frozen. */
  async set (time: number): Promise<void> {
    await changeSetting(this.#store, 'clock', before => setTo(time, before, this.machineTime()))
  }

  /** Stops the clock, or lets it run again from where it stands. */
  async freeze (frozen: boolean): Promise<void> {
    await changeSetting(this.#store, 'clock', before => withFrozen(frozen, before, this.machineTime()))
  }

  /** Returns to the machine's clock. */
  async reset (): Promise<void> {
    await changeSetting(this.#store, 'clock', before => ({ ...before, offset: 0, frozenAt: null }))
  }
}
