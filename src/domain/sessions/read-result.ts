import { Type } from '@sinclair/typebox'
import { nullable, oneOf, schemaOf } from '../../contract/schema.js'
import type { Decision } from '../decision.js'
import { type ResultDocument, resultStatuses, type ResultStatus, SessionResult } from './result.js'
import type { Session } from './session.js'
import { resultThere } from './visible.js'

/** The findings about a person, in the order of the vendor's page. */
export interface Findings {
  /** Whether the person is old enough. */
  age_check_passed: boolean | null
  /** The age on the document. */
  extracted_age: number | null
  /** Whether the face matches the document. */
  face_match_passed: boolean | null
  /** How well the face matches, from 0 to 1. */
  face_match_score: number | null
  /** What was read from the document; its keys are never renamed. */
  extracted_data: Readonly<Record<string, unknown>>
}

/** A result with its findings in a field of their own, in the order of the vendor's page. */
export interface Result {
  /** The session that the result is of. */
  session_id: string
  /** The decision. */
  status: ResultStatus
  /** When the decision was made. */
  created_at: string
  /** The user's own reference for the session. */
  external_ref: string | null
  /** The findings. */
  result: Findings
  /** Why the session was rejected, in words. */
  rejection_reason: string | null
  /** Why the session was rejected, for programs to compare. */
  rejection_reason_code: string | null
  /** How the session was processed. */
  processing_mode: string | null
  /** Whether the sensitive data has been removed. */
  sensitive_data_expired: boolean
}

const fields = SessionResult.properties

export const Findings = schemaOf<Findings>()(Type.Object({
  age_check_passed: fields.age_check_passed,
  extracted_age: fields.extracted_age,
  face_match_passed: fields.face_match_passed,
  face_match_score: fields.face_match_score,
  extracted_data: fields.extracted_data
}, { description: 'What was found out' }))

export const Result = schemaOf<Result>()(Type.Object({
  session_id: fields.session_id,
  status: oneOf(resultStatuses, { description: 'What was decided' }),
  created_at: fields.created_at,
  external_ref: nullable(Type.String({ description: 'Your own reference for the session' })),
  result: Findings,
  rejection_reason: fields.rejection_reason,
  rejection_reason_code: fields.rejection_reason_code,
  processing_mode: nullable(fields.processing_mode),
  sensitive_data_expired: fields.sensitive_data_expired
}, { $id: 'Result', description: 'A result with what was found out' }))

/**
 * Reads the result of a session, flat.
 * @throws ApiError 404 if there is none yet
 */
export function getSessionResult (result: ResultDocument | undefined): Decision<SessionResult> {
  return { events: [], response: { status: 200, body: resultThere(result) } }
}

/**
 * Reads the result of a session, with its findings in a field of their own.
 * @throws ApiError 404 if there is none yet
 */
export function getResult ({ external_ref: externalRef }: Session, document: ResultDocument | undefined): Decision<Result> {
  const result = resultThere(document)
  const body: Result = {
    session_id: result.session_id,
    status: result.status,
    created_at: result.created_at,
    external_ref: externalRef,
    result: findingsOf(result),
    rejection_reason: result.rejection_reason,
    rejection_reason_code: result.rejection_reason_code,
    processing_mode: result.processing_mode,
    sensitive_data_expired: result.sensitive_data_expired
  }
  return { events: [], response: { status: 200, body } }
}

/** The findings of a result. */
export function findingsOf (result: SessionResult): Findings {
  return {
    age_check_passed: result.age_check_passed,
    extracted_age: result.extracted_age,
    face_match_passed: result.face_match_passed,
    face_match_score: result.face_match_score,
    extracted_data: result.extracted_data
  }
}
