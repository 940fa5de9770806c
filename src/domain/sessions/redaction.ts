import { timestamp } from '../../contract/time.js'
import type { Decision } from '../decision.js'
import type { Event } from '../events.js'
import { closed, expiryId } from './expiry.js'
import { endActive, type SessionLinks } from './links.js'
import type { ResultDocument } from './result.js'
import { isOpen, isRedacted, nextVersion, type Session, type SessionStatus } from './session.js'

/** A session that has not been redacted. */
export interface Unredacted {
  before: Session
  result: ResultDocument | undefined
  links: SessionLinks | undefined
}

/** Redacts sessions. Removes the data for their capture pages, so that nobody can capture them. */
export function redactAll (sessions: readonly Unredacted[], now: number): Omit<Decision, 'response'> {
  if (sessions.length === 0) return { events: [] }
  const events = sessions.map(({ before }): Event => {
    const after = nextVersion(before, {
      // an open session can no longer be captured
      status: isOpen(before.status) ? 'expired' : before.status,
      updated_at: timestamp(now),
      external_ref: null,
      metadata: {},
      retention_status: 'redacted',
      consent_ip: null,
      ...closed
    })
    return { type: 'session.redacted', session_id: after.id, before, after }
  })
  return {
    puts: {
      sessions: events.map(({ after }) => after),
      results: sessions.flatMap(({ result }) => result === undefined ? [] : [redactResult(result)]),
      links: sessions.flatMap(({ links }) => links === undefined ? [] : [endActive(links, 'revoked')])
    },
    deletes: {
      captures: sessions.map(({ before }) => before.id),
      due: sessions.filter(({ before }) => isOpen(before.status)).map(({ before }) => expiryId(before.id))
    },
    events
  }
}

/** The decision stays. */
function redactResult ({ id, result }: ResultDocument): ResultDocument {
  return { id, result: { ...result, extracted_data: {}, sensitive_data_expired: true } }
}

/** The statuses that follow a capture, and that of a capture itself. */
const captured: readonly SessionStatus[] = [
  'capturing', 'processing', 'completed', 'failed', 'awaiting_external', 'under_review', 'sandbox_pending'
]

/** The number of documents that a redaction removes. The mock has no documents, and counts three per captured session (our decision). */
export function documentsOf (session: Session, result: ResultDocument | undefined): number {
  if (isRedacted(session)) return 0
  return result !== undefined || captured.includes(session.status) ? 3 : 0
}
