import { Type } from '@sinclair/typebox'
import { oneOf, schemaOf } from '../../contract/schema.js'
import { timestamp } from '../../contract/time.js'
import type { Decision } from '../decision.js'
import type { Event } from '../events.js'
import { overridden, type ResultFixture } from '../fixtures/result-fixture.js'
import { closed, expiryId } from './expiry.js'
import { transition } from './lifecycle.js'
import type { ResultStatus } from './result.js'
import { nextVersion, Session, type SessionStatus } from './session.js'
import { simulatedResult } from './simulated-result.js'

const actions = ['approve', 'decline', 'require-review', 'expire'] as const
export type SimulatedAction = typeof actions[number]

/** The outcome to simulate. */
export interface Simulation {
  /** What happens to the session. */
  action: SimulatedAction
}

export const Simulation = schemaOf<Simulation>()(Type.Object({
  action: oneOf(actions, { description: 'What is to happen to the session' })
}, { $id: 'Simulation', additionalProperties: false, description: 'Which outcome to simulate' }))

/** The response to a simulation, with its fields in the order of the vendor's page. */
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

/** The status of the result of each action; `expire` has none. */
export const outcomes: Readonly<Record<SimulatedAction, ResultStatus | undefined>> = {
  'approve': 'approved', 'decline': 'rejected', 'require-review': 'needs_review', 'expire': undefined
}

/** The events of sessions that get a result, by the status of the result. */
export const outcomeEvents: Readonly<Record<ResultStatus, Event['type']>> = {
  approved: 'session.approved', rejected: 'session.declined', needs_review: 'session.requires-review'
}

/**
 * Simulates an outcome. Session and result are written in one step (our decision).
 * @param newCaseId creates the ID of a review case
 * @param given fields that override those of the simulated result
 * @throws ApiError 400 if the session is not active
 */
export function simulateSession (
  before: Session, action: SimulatedAction, newCaseId: () => string, now: number, given?: ResultFixture
): Decision<SimulatedSession> {
  const status = transition(`simulate ${action}`, before)
  const outcome = outcomes[action]
  const after = nextVersion(before, { ...closed, ...caseAfter(before, outcome, newCaseId), status, updated_at: timestamp(now) })
  const { id } = after
  const expiry = expiryId(id)
  const response = { status: 200, body: { id, action, status, simulated: true } }
  if (outcome === undefined) {
    return {
      puts: { sessions: [after] },
      deletes: { due: [expiry], results: [id] },
      events: [{ type: 'session.expired', session_id: id, before, after }],
      response
    }
  }
  const result = simulatedResult(after, outcome, now)
  return {
    puts: { sessions: [after], results: [{ id, result: given === undefined ? result : overridden(result, given) }] },
    deletes: { due: [expiry] },
    events: [{ type: outcomeEvents[outcome], session_id: id, before, after }],
    response
  }
}

/** A review opens a case, or reopens the session's case; a decision closes it (our decision). */
export function caseAfter (before: Session, outcome: ResultStatus | undefined, newCaseId: () => string): Partial<Session> {
  if (outcome === undefined) return {}
  if (outcome === 'needs_review') return { case_id: before.case_id ?? newCaseId(), case_status: 'open' }
  return before.status === 'under_review' || before.case_id !== null ? { case_status: outcome } : {}
}
