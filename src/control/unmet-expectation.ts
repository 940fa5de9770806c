import { ApiError } from '../contract/errors.js'
import type { NearMiss, Unmet } from '../domain/journal/verification.js'

/** The requests of the journal are not as a test expected. Test runners show `expected` and `actual` as a difference. */
export class UnmetExpectation extends ApiError {
  override readonly name = 'UnmetExpectation'
  /** What was expected: `exactly 2`. */
  readonly expected: string
  /** What the journal has: `1`, or `unknown` when requests were dropped. */
  readonly actual: string
  /** How many requests matched; `undefined` when that is unknown, because requests were dropped. */
  readonly matched: number | undefined
  /** Up to three nearest requests, the newest first, with the first part that did not match. */
  readonly closest: readonly NearMiss[]

  /** @param caller where the stack begins: a function that the test has called */
  constructor ({ error, detail, status_code: status, expected, matched, closest }: Unmet, caller: Error) {
    super(error, status, detail)
    this.expected = expected
    this.actual = matched === undefined ? 'unknown' : String(matched)
    this.matched = matched
    this.closest = closest
    this.stack = `${this.name}: ${this.message}\n${String(caller.stack).replace(/^[^]*?\n(?= {4}at )/, '')}`
  }
}
