import { apiError } from '../../contract/errors.js'
import type { ResultDocument, SessionResult } from './result.js'
import { type Environment, environmentOf, isRedacted, type Session } from './session.js'

/**
 * A session as an API key sees it: the keys of one environment do not see the sessions of the other (the vendor's page).
 * @throws ApiError 404 if the environment has no such session
 */
export function sessionIn (environment: Environment, id: string, session: Session | undefined): Session {
  if (session === undefined) throw apiError('sessionNotFound', {}, { reason: `no session has the ID "${id}"` })
  const itsEnvironment = environmentOf(session)
  if (itsEnvironment !== environment) {
    throw apiError('sessionNotFound', {}, { reason: `${id} is a ${itsEnvironment} session, the API key is ${environment}` })
  }
  return session
}

/**
 * The result of a session.
 * @throws ApiError 404 if there is none yet
 */
export function resultThere (result: ResultDocument | undefined): SessionResult {
  if (result === undefined) throw apiError('noResult')
  return result.result
}

/**
 * Refuses a redacted session.
 * @throws ApiError 422 if the session has been redacted
 */
export function refuseRedacted (session: Session): void {
  if (isRedacted(session)) throw apiError('sessionRedacted')
}
