import { Type } from '@sinclair/typebox'
import { oneOf, schemaOf } from '../../contract/schema.js'
import type { Decision } from '../decision.js'
import type { Found } from '../store.js'
import type { SessionLinks } from './links.js'
import { documentsOf, redactAll, type Unredacted } from './redaction.js'
import type { ResultDocument } from './result.js'
import { type Environment, environmentOf, isRedacted, type Session } from './session.js'
import { sessionIn } from './visible.js'

/** The response to a redaction, with its fields in the order of the vendor's page. */
export interface Redaction {
  /** `already_redacted` if the session was redacted before. */
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
  /** `not_found` if the environment has no such session. */
  status: 'deleted' | 'already_redacted' | 'not_found'
  /** How many documents were removed. */
  documents_removed: number
}

/** The response to a bulk redaction. */
export interface BulkRedaction {
  /** How many different sessions the request names. */
  total: number
  /** The outcome for each session, in the order of the request. */
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

/** The documents that a redaction reads, by the IDs of their sessions. */
type FoundData = Found<Record<'sessions' | 'results' | 'links', string[]>>

/**
 * Redacts the data of a session permanently. Does nothing if the session has already been redacted.
 * @throws ApiError 404 if the environment has no such session
 */
export function redactSession (
  environment: Environment, id: string, { sessions: [session], results: [result], links: [links] }: FoundData, now: number
): Decision<Redaction> {
  const before = sessionIn(environment, id, session)
  const wasRedacted = isRedacted(before)
  const body: Redaction = {
    status: wasRedacted ? 'already_redacted' : 'deleted',
    session_id: id,
    documents_removed: documentsOf(before, result),
    message: wasRedacted ? 'Session data was already redacted.' : 'Session data permanently redacted.'
  }
  return { ...redactAll(wasRedacted ? [] : [{ before, result, links }], now), response: { status: 200, body } }
}

/** Redacts the data of a session of either environment permanently. Does nothing if the session has already been redacted. */
export function redactDirectly (
  before: Session, result: ResultDocument | undefined, links: SessionLinks | undefined, now: number
): Decision<Session> {
  const decision = redactAll(isRedacted(before) ? [] : [{ before, result, links }], now)
  return { ...decision, response: { status: 200, body: decision.events[0]?.after ?? before } }
}

/** Redacts the data of several sessions, in one step. The IDs are unique, and the found documents are in their order. */
export function bulkRedactSessions (
  environment: Environment, ids: readonly string[], { sessions, results, links }: FoundData, now: number
): Decision<BulkRedaction> {
  const redacted: Unredacted[] = []
  const items = ids.map((id, index): BulkRedactionItem => {
    const [before, result] = [sessions[index], results[index]]
    if (before === undefined || environmentOf(before) !== environment) return { session_id: id, status: 'not_found', documents_removed: 0 }
    if (isRedacted(before)) return { session_id: id, status: 'already_redacted', documents_removed: 0 }
    redacted.push({ before, result, links: links[index] })
    return { session_id: id, status: 'deleted', documents_removed: documentsOf(before, result) }
  })
  return { ...redactAll(redacted, now), response: { status: 200, body: { total: items.length, results: items } } }
}
