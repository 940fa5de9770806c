import { ApiError } from '../contract/errors.js'
import type { NearMiss } from '../domain/journal/verification.js'
import type { UnmetBy } from '../domain/verification/unmet.js'

/** The journal's requests, or the webhook deliveries, do not meet an expectation. Test runners show `expected` and `actual` as a diff. */
export class UnmetExpectation<Near = NearMiss> extends ApiError {
  override readonly name = 'UnmetExpectation'
  /** What was expected: `exactly 2`. */
  readonly expected: string
  /** What was found: `1`, or `unknown` if some were dropped. */
  readonly actual: string
  /** How many matched; `undefined` if that is unknown because some were dropped. */
  readonly matched: number | undefined
  /** Up to three of the nearest, newest first, with the first part that did not match. */
  readonly closest: readonly Near[]

  /** @param caller where the stack begins: the function that the test called */
  constructor ({ error, detail, status_code: status, expected, matched, closest }: UnmetBy<Near>, caller: Error) {
    super(error, status, detail)
    this.expected = expected
    this.actual = matched === undefined ? 'unknown' : String(matched)
    this.matched = matched
    this.closest = closest
    this.stack = `${this.name}: ${this.message}\n${String(caller.stack).replace(/^[^]*?\n(?= {4}at )/, '')}`
  }
}
