import { Type } from '@sinclair/typebox'
import { nullable, ref, schemaOf } from '../../contract/schema.js'
import type { Decision } from '../decision.js'
import type { DeliveryDocument } from '../webhooks/delivery.js'
import { type ResultDocument, SessionResult } from './result.js'
import { type CaseStatus, Session } from './session.js'

/** The review case of a session. */
interface ReviewCase {
  /** The case's ID. */
  id: string
  /** The state of the review. */
  status: CaseStatus | null
}

/** A webhook delivery in an export. */
interface ExportedDelivery {
  /** What happened. */
  event: string
  /** Where it was sent. */
  url: string
  /** The delivery's status. */
  status: string
  /** The number of attempts. */
  attempts: number
}

/** Everything that is stored about a session, in the order of the vendor's page. Fields without data are empty or null (our decision). */
export interface SessionExport {
  /** The session. */
  session: Session
  /** The session's result; null if it has none. */
  result: SessionResult | null
  /** The session's documents; always empty. */
  documents: readonly unknown[]
  /** The result of a screening; always null. */
  screening: unknown
  /** The session's review case; null if it has none. */
  review_case: ReviewCase | null
  /** The notes on the review case; always empty. */
  case_notes: readonly unknown[]
  /** The signs of fraud; always empty. */
  fraud_signals: readonly unknown[]
  /** The webhook deliveries about the session, the newest first. */
  webhook_deliveries: readonly ExportedDelivery[]
}

const list = (description: string) => Type.Unsafe<readonly unknown[]>(Type.Array(Type.Unknown(), { description }))

export const SessionExport = schemaOf<SessionExport>()(Type.Object({
  session: ref(Session),
  result: Type.Unsafe<SessionResult | null>({ anyOf: [ref(SessionResult), Type.Null()], description: 'The session\'s result, if it has one' }),
  documents: list('The session\'s documents; the mock has none'),
  screening: Type.Unknown({ description: 'What a screening found; the mock has none, so it is null' }),
  review_case: nullable(Type.Object({
    id: Type.String({ description: 'The ID of the case' }),
    status: Session.properties.case_status
  }, { description: 'The session\'s review case, if it has one' })),
  case_notes: list('The notes on the review case; the mock has none'),
  fraud_signals: list('The signs of fraud; the mock has none'),
  webhook_deliveries: Type.Unsafe<readonly ExportedDelivery[]>(Type.Array(Type.Object({
    event: Type.String({ description: 'What happened' }),
    url: Type.String({ description: 'Where it was sent' }),
    status: Type.String({ description: 'What became of it' }),
    attempts: Type.Integer({ minimum: 0, description: 'How often it was tried' })
  }), { description: 'The webhook deliveries about the session, the newest first' }))
}, { $id: 'SessionExport', description: 'Everything that is kept about a session' }))

/** The maximum number of webhook deliveries in an export. */
export const MAX_EXPORTED_DELIVERIES = 1_000

/**
 * Exports everything that is stored about a session.
 * @param deliveries the webhook deliveries about the session, the newest first
 */
export function exportSession (
  session: Session, document: ResultDocument | undefined, deliveries: readonly DeliveryDocument[]
): Decision<SessionExport> {
  const { case_id: caseId, case_status: caseStatus } = session
  const body: SessionExport = {
    session,
    result: document?.result ?? null,
    documents: [],
    screening: null,
    review_case: caseId === null ? null : { id: caseId, status: caseStatus },
    case_notes: [],
    fraud_signals: [],
    webhook_deliveries: deliveries.map(({ event, url, status, attempts }) => ({ event, url, status, attempts: attempts.length }))
  }
  return { events: [], response: { status: 200, body } }
}
