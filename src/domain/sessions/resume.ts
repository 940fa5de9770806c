import { Type } from '@sinclair/typebox'
import { nullable, schemaOf } from '../../contract/schema.js'
import { timestamp } from '../../contract/time.js'
import type { Decision } from '../decision.js'
import type { DueItem } from '../due-item.js'
import { ownToken } from './capture.js'
import { expiryOf } from './expiry.js'
import { transition } from './lifecycle.js'
import { qrCodeDataUrl } from './qr-code.js'
import { nextVersion, Session, type SessionStatus, TOKEN_LIFETIME } from './session.js'

/** The response to a resume, with its fields in the order of the vendor's page. */
export interface ResumedSession {
  /** The session's ID. */
  id: string
  /** The session's status: `pending`. */
  status: SessionStatus
  /** The new capture URL. The old one no longer works. */
  capture_url: string
  /** When the new capture URL expires. */
  expires_at: string
  /** The capture URL as a QR code: a PNG as a `data:` URL. */
  qr_code_data_url: string | null
}

export const ResumedSession = schemaOf<ResumedSession>()(Type.Object({
  id: Type.String({ description: 'Session ID' }),
  status: Session.properties.status,
  capture_url: Type.String({ description: 'The new capture URL; the old one no longer works' }),
  expires_at: Type.String({ format: 'date-time', description: 'When the new capture URL expires, in UTC' }),
  qr_code_data_url: nullable(Type.String({ description: 'The capture URL as a QR code: a PNG as a data: URL' }))
}, { $id: 'ResumedSession', description: 'A session that can be captured again' }))

/**
 * Reopens a session, with a new token for 20 minutes. The session starts over, so an earlier result is removed (our decision).
 * @param captureUrl the URL of the new token
 * @throws ApiError 400 if the session cannot be resumed
 */
export function resumeSession (before: Session, captureUrl: string, now: number): Decision<ResumedSession> {
  const status = transition('resume', before)
  const expiresAt = timestamp(now + TOKEN_LIFETIME)
  const after = nextVersion(before, { status, updated_at: timestamp(now), capture_url: captureUrl, token_expires_at: expiresAt })
  return {
    puts: { sessions: [after], tokens: [ownToken(after.id, captureUrl)], due: [expiryOf(after) as DueItem] },
    deletes: { results: [after.id] },
    events: [{ type: 'session.updated', session_id: after.id, before, after }],
    response: {
      status: 200,
      body: { id: after.id, status, capture_url: captureUrl, expires_at: expiresAt, qr_code_data_url: qrCodeDataUrl(captureUrl) }
    }
  }
}
