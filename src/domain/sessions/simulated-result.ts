import { timestamp } from '../../contract/time.js'
import type { ResultStatus, SessionResult } from './result.js'
import type { Session } from './session.js'

const noReason = { rejection_reason: null, rejection_reason_code: null } as const

/** The values of the vendor's testing page. In a result that needs review, the fields that a human would decide are null (our decision). */
const values = {
  approved: { face_match_passed: true, face_match_score: 0.95, age_check_passed: true, ...noReason },
  rejected: {
    face_match_passed: false,
    face_match_score: 0.31,
    age_check_passed: null,
    rejection_reason: 'Document could not be read.',
    rejection_reason_code: 'document_unreadable'
  },
  needs_review: { face_match_passed: null, face_match_score: null, age_check_passed: null, ...noReason }
} as const

const extracted = { first_name: 'Jane', last_name: 'Doe', date_of_birth: '1997-06-15', document_type: 'drivers_license' }

const checkStatuses = { approved: 'passed', rejected: 'failed', needs_review: 'needs_review' } as const

/** The result of a session with a simulated outcome. A document that could not be read has no data and no age. */
export function simulatedResult (session: Session, outcome: ResultStatus, now: number): SessionResult {
  const value = values[outcome]
  const isReadable = outcome !== 'rejected'
  return {
    session_id: session.id,
    status: outcome,
    is_sandbox: session.is_sandbox,
    created_at: timestamp(now),
    face_match_passed: value.face_match_passed,
    face_match_score: value.face_match_score,
    age_check_passed: value.age_check_passed,
    extracted_age: isReadable ? 28 : null,
    extracted_data: isReadable ? extracted : {},
    rejection_reason: value.rejection_reason,
    processing_mode: 'workflow',
    country_used: session.country,
    sensitive_data_expired: false,
    rejection_reason_code: value.rejection_reason_code,
    check_results: session.checks === null
      ? null
      : Object.fromEntries(session.checks.map(check => [check, { status: checkStatuses[outcome] }]))
  }
}
