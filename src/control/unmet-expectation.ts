import { ApiError } from '../contract/errors.js'
import type { NearMiss } from '../domain/journal/verification.js'
import type { UnmetBy } from '../domain/verification/unmet.js'

/**
 * The requests of the journal, or the deliveries of webhooks, are not as a test expected. Test runners show `expected` and `actual` as a
 * difference.
 */
export class UnmetExpectation<Near = NearMiss> extends ApiError {
  override readonly name = 'UnmetExpectation'
  /** What was expected: `exactly 2`. */
  readonly expected: string
  /** What there is: `1`, or `unknown` when some were dropped. */
  readonly actual: string
  /** How many matched; `undefined` when that is unknown, because some were dropped. */
  readonly matched: number | undefined
  /** Up to three that are nearest, the newest first, with the first part that did not match. */
  readonly closest: readonly Near[]

  /** @param caller where the stack begins: a function that the test has called */
  constructor ({ error, detail, status_code: status, expected, matched, closest }: UnmetBy<Near>, caller: Error) {
    super(error, status, detail)
    this.expected = expected
    this.actual = matched === undefined ? 'unknown' : String(matched)
    this.matched = matched
    this.closest = closest
    this.stack = `${this.name}: ${this.message}\n${String(caller.stack).replace(/^[^]*?\n(?= {4}at )/, '')}`
  }
}
