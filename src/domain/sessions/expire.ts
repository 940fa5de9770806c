import { Type } from '@sinclair/typebox'
import { schemaOf } from '../../contract/schema.js'
import { timestamp } from '../../contract/time.js'
import type { Decision } from '../decision.js'
import { closed, expiryId } from './expiry.js'
import { transition } from './lifecycle.js'
import { nextVersion, Session, type SessionStatus } from './session.js'

/** The response to an expiry. */
export interface ExpiredSession {
  /** The session's ID. */
  id: string
  /** The session's status: `expired`. */
  status: SessionStatus
  /** When the session expired. */
  expired_at: string
}

export const ExpiredSession = schemaOf<ExpiredSession>()(Type.Object({
  id: Type.String({ description: 'Session ID' }),
  status: Session.properties.status,
  expired_at: Type.String({ format: 'date-time', description: 'When the session expired, in UTC' })
}, { $id: 'ExpiredSession', description: 'A session that has expired' }))

/**
 * Expires an active session. An expired session has no result, so the result of an open review is removed (our decision).
 * @throws ApiError 400 if the session is not active
 */
export function expireSession (before: Session, now: number): Decision<ExpiredSession> {
  const status = transition('expire', before)
  const time = timestamp(now)
  const after = nextVersion(before, { ...closed, status, updated_at: time })
  return {
    puts: { sessions: [after] },
    deletes: { due: [expiryId(after.id)], results: [after.id] },
    events: [{ type: 'session.expired', session_id: after.id, before, after }],
    response: { status: 200, body: { id: after.id, status, expired_at: time } }
  }
}
