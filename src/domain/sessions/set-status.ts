import { Type } from '@sinclair/typebox'
import { oneOf, ref, schemaOf } from '../../contract/schema.js'
import { timestamp } from '../../contract/time.js'
import type { Decision } from '../decision.js'
import type { Event } from '../events.js'
import { completeResult, ResultFixture } from '../fixtures/result-fixture.js'
import { ownToken } from './capture.js'
import { checkGiven } from './direct-simulation.js'
import { closed, expiriesAfter, expiryId } from './expiry.js'
import type { ResultDocument, ResultStatus } from './result.js'
import { isOpen, nextVersion, type Session, type SessionStatus, statuses, TOKEN_LIFETIME } from './session.js'
import { caseAfter, outcomeEvents } from './simulate.js'
import { refuseRedacted } from './visible.js'

/** A new status for a session. */
export interface StatusChange {
  /** The status. */
  status: SessionStatus
  /** A new result for the session; only with `completed` and `under_review`. */
  result?: ResultFixture
}

export const StatusChange = schemaOf<StatusChange>()(Type.Object({
  status: oneOf(statuses, { description: 'The status that the session is to have' }),
  result: Type.Optional(ref(ResultFixture))
}, { $id: 'StatusChange', additionalProperties: false, description: 'The status that a session is to have, and the result that it is to get' }))

/** What a session may need for its new status. */
export interface StatusParts {
  now: number
  /** Creates the ID of a review case. */
  newCaseId: () => string
  /** Creates the URL of a new capture token. */
  newCaptureUrl: () => string
}

/** By the status of a session, the statuses that its result can have; in all other statuses, it has no result. */
const fittingResults: Readonly<Partial<Record<SessionStatus, readonly ResultStatus[]>>> = {
  completed: ['approved', 'rejected'],
  under_review: ['needs_review']
}

/** The events of statuses that a session gets without a result. */
const events: Readonly<Partial<Record<SessionStatus, Event['type']>>> = {
  capturing: 'session.started',
  expired: 'session.expired',
  under_review: 'session.requires-review'
}

/**
 * Sets the status of a session, whatever it was before. An open session gets a capture token. A result that does not fit the new status is
 * removed.
 * @throws ApiError 422 if the session has been redacted, or the given result does not fit
 */
export function setStatus (
  before: Session, current: ResultDocument | undefined, { status, result: given }: StatusChange, parts: StatusParts
): Decision<Session> {
  refuseRedacted(before)
  const fitting = fittingResults[status] ?? []
  checkGiven(given, before, fitting, `status ${status}`)
  const { id } = before
  const kept = current !== undefined && fitting.includes(current.result.status) ? current.result.status : undefined
  const outcome = given === undefined ? kept : given.status ?? fitting[0]
  const isNews = status !== before.status || given !== undefined
  const after = nextVersion(before, {
    ...captureAfter(before, status, parts),
    ...(isNews && caseAfter(before, status === 'under_review' ? 'needs_review' : outcome, parts.newCaseId)),
    status,
    updated_at: timestamp(parts.now)
  })
  const type = outcome === undefined ? events[status] : outcomeEvents[outcome]
  return {
    puts: {
      sessions: [after],
      ...(after.capture_url !== null && after.capture_url !== before.capture_url && { tokens: [ownToken(id, after.capture_url)] }),
      due: expiriesAfter(parts.now, [after]),
      ...(given !== undefined && { results: [completeResult({ ...given, status: outcome as ResultStatus }, after)] })
    },
    deletes: { due: [expiryId(id)], results: kept === undefined ? [id] : [] },
    events: [{ type: (isNews ? type : undefined) ?? 'session.updated', session_id: id, before, after }],
    response: { status: 200, body: after }
  }
}

/** A session that is opened gets a token; a session that is already open keeps its own. */
function captureAfter (before: Session, status: SessionStatus, { now, newCaptureUrl }: StatusParts): Partial<Session> {
  if (!isOpen(status)) return closed
  if (before.capture_url !== null) return {}
  return { capture_url: newCaptureUrl(), token_expires_at: timestamp(now + TOKEN_LIFETIME) }
}
