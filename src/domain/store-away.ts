import { ApiError, apiError } from '../contract/errors.js'

/** A step failed because the shared store is away, or refuses it. If only the reply was lost, the step was written. */
export class StoreAwayError extends ApiError {
  override readonly name = 'StoreAwayError'

  /** @param reason what happened, for the log */
  constructor (reason: string) {
    const { code, statusCode, detail } = apiError('storeAway')
    super(code, statusCode, detail, { headers: { 'retry-after': '1' }, reason })
  }
}
