import { Type } from '@sinclair/typebox'
import { oneOf, schemaOf } from '../../contract/schema.js'
import { timestamp } from '../../contract/time.js'
import type { Decision } from '../decision.js'
import type { Event } from '../events.js'
import { closed, expiryId } from './expiry.js'
import type { ResultDocument } from './result.js'
import { type Environment, environmentOf, isOpen, isRedacted, nextVersion, type Session, type SessionStatus } from './session.js'
import { sessionIn } from './visible.js'

/** What a redaction responds with, its fields in the order of the vendor's page. */
export interface Redaction {
  /** `already_redacted` when the session was redacted before. */
  status: 'deleted' | 'already_redacted'
  /** The session. */
  session_id: string
  /** How many documents were removed. */
  documents_removed: number
  /** What was done, in words. */
  message: string
}

const redactionStatuses = ['deleted', 'already_redacted'] as const
const itemStatuses = [...redactionStatuses, 'not_found'] as const

const sessionId = Type.String({ description: 'Session ID' })
const documentsRemoved = Type.Integer({ minimum: 0, description: 'How many documents were removed' })

export const Redaction = schemaOf<Redaction>()(Type.Object({
  status: oneOf(redactionStatuses, { description: 'Whether the data was deleted now or before' }),
  session_id: sessionId,
  documents_removed: documentsRemoved,
  message: Type.String({ description: 'What was done, in words' })
}, { $id: 'Redaction', description: 'What became of the data of a session' }))

/** Which sessions to redact. */
export interface BulkRedactionInput {
  /** The IDs of the sessions. */
  session_ids: string[]
}

export const BulkRedactionInput = schemaOf<BulkRedactionInput>()(Type.Object({
  session_ids: Type.Array(Type.String(), { minItems: 1, maxItems: 100, description: 'The IDs of the sessions; one that comes twice counts once' })
}, { $id: 'BulkRedactionInput', additionalProperties: false, description: 'Which sessions to redact' }))

/** What a bulk redaction did with one session. */
interface BulkRedactionItem {
  /** The session. */
  session_id: string
  /** `not_found` when the environment has no such session. */
  status: 'deleted' | 'already_redacted' | 'not_found'
  /** How many documents were removed. */
  documents_removed: number
}

/** What a bulk redaction responds with. */
export interface BulkRedaction {
  /** How many different sessions the request names. */
  total: number
  /** What became of each, in the order of the request. */
  results: readonly BulkRedactionItem[]
}

const BulkRedactionItem = schemaOf<BulkRedactionItem>()(Type.Object({
  session_id: sessionId,
  status: oneOf(itemStatuses, { description: 'What became of the data of the session' }),
  documents_removed: documentsRemoved
}))

export const BulkRedaction = schemaOf<BulkRedaction>()(Type.Object({
  total: Type.Integer({ minimum: 0, description: 'How many different sessions the request names' }),
  results: Type.Unsafe<readonly BulkRedactionItem[]>(Type.Array(BulkRedactionItem, { description: 'What became of each, in the order of the request' }))
}, { $id: 'BulkRedaction', description: 'What became of the data of several sessions' }))

/**
 * Redacts the data of a session for good. A session that has been redacted stays as it is.
 * @throws ApiError 404 when there is no such session in the environment
 */
export function redactSession (
  environment: Environment, id: string, session: Session | undefined, result: ResultDocument | undefined, now: number
): Decision<Redaction> {
  const before = sessionIn(environment, id, session)
  const wasRedacted = isRedacted(before)
  const body: Redaction = {
    status: wasRedacted ? 'already_redacted' : 'deleted',
    session_id: id,
    documents_removed: documentsOf(before, result),
    message: wasRedacted ? 'Session data was already redacted.' : 'Session data permanently redacted.'
  }
  return { ...redactAll(wasRedacted ? [] : [{ before, result }], now), response: { status: 200, body } }
}

/** Redacts the data of several sessions, in one step. The IDs are different, and sessions and results are in their order. */
export function bulkRedactSessions (
  environment: Environment,
  ids: readonly string[],
  sessions: readonly (Session | undefined)[],
  results: readonly (ResultDocument | undefined)[],
  now: number
): Decision<BulkRedaction> {
  const redacted: Unredacted[] = []
  const items = ids.map((id, index): BulkRedactionItem => {
    const [before, result] = [sessions[index], results[index]]
    if (before === undefined || environmentOf(before) !== environment) return { session_id: id, status: 'not_found', documents_removed: 0 }
    if (isRedacted(before)) return { session_id: id, status: 'already_redacted', documents_removed: 0 }
    redacted.push({ before, result })
    return { session_id: id, status: 'deleted', documents_removed: documentsOf(before, result) }
  })
  return { ...redactAll(redacted, now), response: { status: 200, body: { total: items.length, results: items } } }
}

/** A session whose data is still there. */
interface Unredacted {
  before: Session
  result: ResultDocument | undefined
}

function redactAll (sessions: readonly Unredacted[], now: number): Omit<Decision, 'response'> {
  if (sessions.length === 0) return { events: [] }
  const events = sessions.map(({ before }): Event => {
    const after = nextVersion(before, {
      // an open session cannot be captured any more
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
  const open = sessions.filter(({ before }) => isOpen(before.status))
  return {
    puts: {
      sessions: events.map(({ after }) => after),
      results: sessions.flatMap(({ result }) => result === undefined ? [] : [redactResult(result)])
    },
    ...(open.length > 0 && { deletes: { due: open.map(({ before }) => expiryId(before.id)) } }),
    events
  }
}

/** What was decided stays. */
function redactResult ({ id, result }: ResultDocument): ResultDocument {
  return { id, result: { ...result, extracted_data: {}, sensitive_data_expired: true } }
}

/** The statuses that follow a capture, and that of a capture itself. */
const captured: readonly SessionStatus[] = [
  'capturing', 'processing', 'completed', 'failed', 'awaiting_external', 'under_review', 'sandbox_pending'
]

/** How many documents a redaction removes: the mock has none, and counts three for each session that was captured (our decision). */
function documentsOf (session: Session, result: ResultDocument | undefined): number {
  if (isRedacted(session)) return 0
  return result !== undefined || captured.includes(session.status) ? 3 : 0
}
