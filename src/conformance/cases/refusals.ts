import type { Case, Mark, SharedSession, Step } from '../case.js'
import { error } from '../expectations/errors.js'
import { exactBody } from '../expectations/response.js'

/** What every operation refuses: a request without a key and, if it is about one session, an unknown session. */
export function refusals (request: (sessionId: string) => Step, isAboutOneSession = true): Case[] {
  const step = request('{own}')
  const withoutKey: Case = {
    name: 'a missing key is a 401',
    mark: 'DOC',
    says: 'Errors of the page: 401 unauthorized.',
    steps: [{ ...step, headers: { 'X-API-Key': null }, expect: [error(401, 'unauthorized')] }]
  }
  const unknownSession: Case = {
    name: 'an unknown session is a 404',
    mark: 'DOC',
    says: 'Errors of the page: 404 not_found, "Session not found."',
    steps: [{ ...step, expect: [exactBody({ error: 'not_found', detail: 'Session not found.', status_code: 404 })] }]
  }
  return isAboutOneSession ? [withoutKey, unknownSession] : [withoutKey]
}

/** Operations that refuse a shared session with 400 `bad_request` because of what became of it. */
export function refusedFor (session: SharedSession, mark: Mark, says: string, request: (sessionId: string) => Step): Case {
  const what = { pending: 'pending', approved: 'completed', declined: 'completed', review: 'under review', expired: 'expired', redacted: 'redacted' }[session]
  return {
    name: `a session that is ${what} is refused`,
    mark,
    says,
    sessions: [session],
    steps: [{ ...request(`{${session}}`), expect: [error(400, 'bad_request')] }]
  }
}
