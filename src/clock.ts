/**
 * The clock that everything obeys: times in sessions and in the journal, the 24 hours of an idempotency key. It runs
 * with the machine's clock until it is moved. Nothing else in `src` reads the time of day.
 */
export class Clock {
  #offset = 0
  #frozenAt: number | undefined

  /** Milliseconds since 1970, as `Date.now()`. */
  now (): number {
    return this.#frozenAt ?? Date.now() + this.#offset
  }

  get frozen (): boolean {
    return this.#frozenAt !== undefined
  }

  /** Puts the clock to a moment, in milliseconds since 1970; it runs on from there, or stands there when it is frozen. */
  set (moment: number): void {
    if (this.#frozenAt === undefined) this.#offset = moment - Date.now()
    else this.#frozenAt = moment
  }

  /** Lets the clock stand still, or run again from where it stood. */
  freeze (frozen: boolean): void {
    const moment = this.now()
    this.#frozenAt = frozen ? moment : undefined
    this.set(moment)
  }

  /** Back to the machine's clock. */
  reset (): void {
    this.#offset = 0
    this.#frozenAt = undefined
  }
}

/** The years that ISO 8601 writes with four digits, with room to run on. */
const EARLIEST = Date.parse('0001-01-01T00:00:00.000Z')
const LATEST = Date.parse('9998-12-31T23:59:59.999Z')

/** Whether a moment is one that a clock can be put to and a session can have; `NaN` is none. */
export function isTellable (moment: number): boolean {
  return moment >= EARLIEST && moment <= LATEST
}

/** A moment in the form of all times of the API: UTC, ISO 8601 with milliseconds and `Z` (our decision). */
export function timestamp (moment: number | string): string {
  if (moment !== latest.moment) latest = { moment, text: new Date(moment).toISOString() }
  return latest.text
}

// under load many updates share a millisecond, and to write it is a tenth of an update's price
let latest: { moment: number | string, text: string } = { moment: NaN, text: '' }
