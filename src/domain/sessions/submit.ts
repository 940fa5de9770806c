import { Type } from '@sinclair/typebox'
import { schemaOf } from '../../contract/schema.js'
import { timestamp } from '../../contract/time.js'
import type { Decision } from '../decision.js'
import { closed, expiryId } from './expiry.js'
import { transition } from './lifecycle.js'
import { nextVersion, Session, type SessionStatus } from './session.js'

/** The response to a submit, with its fields in the order of the vendor's page. */
export interface SubmittedSession {
  /** The session's ID. */
  id: string
  /** The session's status: `sandbox_pending` in the sandbox, else `processing`. */
  status: SessionStatus
  /** Whether the session belongs to the sandbox. */
  is_sandbox: boolean
  /** What happens next, in words. */
  message: string
}

export const SubmittedSession = schemaOf<SubmittedSession>()(Type.Object({
  id: Type.String({ description: 'Session ID' }),
  status: Session.properties.status,
  is_sandbox: Type.Boolean({ description: 'Whether the session belongs to the sandbox' }),
  message: Type.String({ description: 'What happens next, in words' })
}, { $id: 'SubmittedSession', description: 'A session that was submitted' }))

/**
 * Submits a session. The mock has no documents, and does not require them (our decision).
 * @throws ApiError 422 if the session is neither pending nor capturing
 */
export function submitSession (before: Session, now: number): Decision<SubmittedSession> {
  const status = transition('submit', before)
  const after = nextVersion(before, { ...closed, status, updated_at: timestamp(now) })
  const { id, is_sandbox: isSandbox } = after
  const message = isSandbox ? 'Session submitted. Simulate an outcome to complete it.' : 'Session submitted for processing.'
  return {
    puts: { sessions: [after] },
    deletes: { due: [expiryId(id)] },
    events: [{ type: 'session.updated', session_id: id, before, after }],
    response: { status: 200, body: { id, status, is_sandbox: isSandbox, message } }
  }
}
