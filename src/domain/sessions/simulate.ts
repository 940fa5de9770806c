import { Type } from '@sinclair/typebox'
import { oneOf, schemaOf } from '../../contract/schema.js'
import { timestamp } from '../../contract/time.js'
import type { Decision } from '../decision.js'
import type { Event } from '../events.js'
import { closed, expiryId } from './expiry.js'
import { transition } from './lifecycle.js'
import type { ResultStatus } from './result.js'
import { nextVersion, Session, type SessionStatus } from './session.js'
import { simulatedResult } from './simulated-result.js'

const actions = ['approve', 'decline', 'require-review', 'expire'] as const
export type SimulatedAction = typeof actions[number]

/** Which outcome to simulate. */
export interface Simulation {
  /** What is to happen to the session. */
  action: SimulatedAction
}

export const Simulation = schemaOf<Simulation>()(Type.Object({
  action: oneOf(actions, { description: 'What is to happen to the session' })
}, { $id: 'Simulation', additionalProperties: false, description: 'Which outcome to simulate' }))

/** What a simulation responds with, its fields in the order of the vendor's page. */
export interface SimulatedSession {
  /** The session's ID. */
  id: string
  /** What has happened to the session. */
  action: SimulatedAction
  /** The session's status now. */
  status: SessionStatus
  /** Always true. */
  simulated: boolean
}

export const SimulatedSession = schemaOf<SimulatedSession>()(Type.Object({
  id: Type.String({ description: 'Session ID' }),
  action: oneOf(actions, { description: 'What has happened to the session' }),
  status: Session.properties.status,
  simulated: Type.Boolean({ description: 'Always true' })
}, { $id: 'SimulatedSession', description: 'A session with a simulated outcome' }))

/** What each action does, besides the status: the result that it makes, and its event. */
const effects: Readonly<Record<SimulatedAction, { outcome: ResultStatus | undefined, event: Event['type'] }>> = {
  'approve': { outcome: 'approved', event: 'session.approved' },
  'decline': { outcome: 'rejected', event: 'session.declined' },
  'require-review': { outcome: 'needs_review', event: 'session.requires-review' },
  'expire': { outcome: undefined, event: 'session.expired' }
}

/**
 * Simulates an outcome, at once: session and result are written in one step (our decision).
 * @param newCaseId makes the ID of a review case
 * @throws ApiError 400 when the session is not active
 */
export function simulateSession (
  before: Session, action: SimulatedAction, newCaseId: () => string, now: number
): Decision<SimulatedSession> {
  const status = transition(`simulate ${action}`, before)
  const { outcome, event } = effects[action]
  const after = nextVersion(before, { ...closed, ...caseAfter(before, outcome, newCaseId), status, updated_at: timestamp(now) })
  const { id } = after
  const expiry = expiryId(id)
  const written = outcome === undefined
    ? { puts: { sessions: [after] }, deletes: { due: [expiry], results: [id] } }
    : { puts: { sessions: [after], results: [{ id, result: simulatedResult(after, outcome, now) }] }, deletes: { due: [expiry] } }
  return {
    ...written,
    events: [{ type: event, session_id: id, before, after }],
    response: { status: 200, body: { id, action, status, simulated: true } }
  }
}

/** A review opens a case, or the one that there is again; a decision closes it (our decision). */
function caseAfter (before: Session, outcome: ResultStatus | undefined, newCaseId: () => string): Partial<Session> {
  if (outcome === undefined) return {}
  if (outcome === 'needs_review') return { case_id: before.case_id ?? newCaseId(), case_status: 'open' }
  return before.status === 'under_review' || before.case_id !== null ? { case_status: outcome } : {}
}
