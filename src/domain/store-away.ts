import { ApiError, apiError } from '../contract/errors.js'

/** A step could not be taken, or nobody knows whether it was, because the store that processes share is not there. */
export class StoreAwayError extends ApiError {
  override readonly name = 'StoreAwayError'

  /** @param reason what happened, for the log */
  constructor (reason: string) {
    const { code, statusCode, detail } = apiError('storeAway')
    super(code, statusCode, detail, { headers: { 'retry-after': '1' }, reason })
  }
}
