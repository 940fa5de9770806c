import { Type } from '@sinclair/typebox'
import { nullable, oneOf, schemaOf } from '../../contract/schema.js'
import type { Decision } from '../decision.js'
import type { Event } from '../events.js'
import type { CaptureToken } from './capture.js'
import { type FoundCapture, openCapture } from './open-capture.js'
import { Session, type SessionStatus } from './session.js'
import { type SimulatedAction, simulateSession } from './simulate.js'

const outcomes = ['approve', 'reject', 'needs_review'] as const

/** The outcome of a capture. */
export interface OutcomeInput {
  /** What happens to the session. */
  outcome: typeof outcomes[number]
}

export const OutcomeInput = schemaOf<OutcomeInput>()(Type.Object({
  outcome: oneOf(outcomes, { description: 'What is to become of the session' })
}, { $id: 'OutcomeInput', additionalProperties: false, description: 'Which outcome a capture has' }))

/** The response to an outcome. */
export interface CaptureOutcome {
  /** The session. */
  session_id: string
  /** The session's status now. */
  status: SessionStatus
  /** The URL to which the capture page redirects the browser, with `session_id` and `status`; null if the session has no `redirect_url`. */
  redirect_url: string | null
}

export const CaptureOutcome = schemaOf<CaptureOutcome>()(Type.Object({
  session_id: Type.String({ description: 'Session ID' }),
  status: Session.properties.status,
  redirect_url: nullable(Type.String({
    description: 'Where the capture page sends the browser, with `session_id` and `status` added; null when the session has no `redirect_url`'
  }))
}, { $id: 'CaptureOutcome', description: 'A session whose capture is over' }))

const actions: Readonly<Record<OutcomeInput['outcome'], SimulatedAction>> = {
  approve: 'approve', reject: 'decline', needs_review: 'require-review'
}

/** Creates the IDs and URLs that an outcome needs. */
export interface OutcomeMakers {
  /** Creates the ID of a review case. */
  newCaseId: () => string
  /** Creates the capture URL of a new token. */
  newUrl: () => string
}

/**
 * Ends a capture with an outcome: opens it, unless it is already open, and simulates the outcome, in one step. Live sessions have the same
 * outcomes (our decision).
 * @throws ApiError 404 if the session no longer exists; 410 if it cannot be captured, or not with this token
 */
export function decideOutcome (
  token: CaptureToken, found: FoundCapture, { outcome }: OutcomeInput, { newCaseId, newUrl }: OutcomeMakers, now: number
): Decision<CaptureOutcome> {
  const opened = openCapture(token, found, newUrl, now)
  const { session, redirectUrl } = opened.response.body
  const { puts, deletes = {}, events: [event], response } = simulateSession(session, actions[outcome], newCaseId, now)
  const { id, status } = response.body
  return {
    // the outcome replaces everything else that opening has written, but a link stays consumed
    puts: { ...puts, ...(opened.puts?.links && { links: opened.puts.links }) },
    deletes,
    events: [{ ...event as Event, before: found.sessions[0] as Session }],
    response: {
      status: 200,
      body: { session_id: id, status, redirect_url: redirectUrl === null ? null : withOutcome(redirectUrl, id, status) }
    }
  }
}

/** Adds the outcome to a URL. Its own query stays exactly as it is. */
function withOutcome (redirectUrl: string, sessionId: string, status: SessionStatus): string {
  const url = new URL(redirectUrl)
  const added = `session_id=${encodeURIComponent(sessionId)}&status=${status}`
  url.search = url.search === '' ? added : `${url.search}&${added}`
  return url.href
}
