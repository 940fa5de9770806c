/**
 * The clock that everything obeys: times in sessions, the 24 hours of an idempotency key. It runs with the machine's
 * clock until it is moved. Nothing else in `src` reads the time of day.
 */
export class Clock {
  #offset = 0

  /** Milliseconds since 1970, as `Date.now()`. */
  now (): number {
    return Date.now() + this.#offset
  }

  /** Moves the clock by so many milliseconds; a negative number moves it back. */
  advance (milliseconds: number): void {
    this.#offset += milliseconds
  }
}

/** A moment in the form of all times of the API: UTC, ISO 8601 with milliseconds and `Z` (our decision). */
export function timestamp (moment: number | string): string {
  return new Date(moment).toISOString()
}
