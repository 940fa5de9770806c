import { Type } from '@sinclair/typebox'
import { nullable, oneOf, schemaOf } from '../../contract/schema.js'

export const resultStatuses = ['approved', 'rejected', 'needs_review'] as const
export type ResultStatus = typeof resultStatuses[number]

/** The outcome of one check. */
export interface CheckResult {
  status: string
}

/** The result of a session, with its fields in the order of the vendor's page. */
export interface SessionResult {
  /** The session that the result is of. */
  readonly session_id: string
  /** The decision. */
  readonly status: ResultStatus
  /** Whether the session belongs to the sandbox. */
  readonly is_sandbox: boolean
  /** When the decision was made. */
  readonly created_at: string
  /** Whether the face matches the document. */
  readonly face_match_passed: boolean | null
  /** How well the face matches, from 0 to 1. */
  readonly face_match_score: number | null
  /** Whether the person is old enough. */
  readonly age_check_passed: boolean | null
  /** The age on the document. */
  readonly extracted_age: number | null
  /** What was read from the document; its keys are never renamed. */
  readonly extracted_data: Readonly<Record<string, unknown>>
  /** Why the session was rejected, in words. */
  readonly rejection_reason: string | null
  /** How the session was processed. */
  readonly processing_mode: string
  /** The country whose rules were applied. */
  readonly country_used: string | null
  /** Whether the sensitive data has been removed. */
  readonly sensitive_data_expired: boolean
  /** Why the session was rejected, for programs to compare. */
  readonly rejection_reason_code: string | null
  /** The outcome of each check. */
  readonly check_results: Readonly<Record<string, CheckResult>> | null
}

const time = (description: string) => Type.String({ format: 'date-time', description })

export const SessionResult = schemaOf<SessionResult>()(Type.Object({
  session_id: Type.String({ description: 'The session that the result is of' }),
  status: oneOf(resultStatuses, { description: 'What was decided' }),
  is_sandbox: Type.Boolean({ description: 'Whether the session belongs to the sandbox' }),
  created_at: time('When it was decided, in UTC'),
  face_match_passed: nullable(Type.Boolean({ description: 'Whether the face matches the document' })),
  face_match_score: nullable(Type.Number({ minimum: 0, maximum: 1, description: 'How well the face matches, from 0 to 1' })),
  age_check_passed: nullable(Type.Boolean({ description: 'Whether the person is old enough' })),
  extracted_age: nullable(Type.Integer({ minimum: 0, description: 'The age on the document' })),
  extracted_data: Type.Unsafe<Readonly<Record<string, unknown>>>({
    type: 'object', additionalProperties: true, description: 'What was read from the document; its keys are never renamed'
  }),
  rejection_reason: nullable(Type.String({ description: 'Why the session was rejected, in words' })),
  processing_mode: Type.String({ description: 'How the session was processed' }),
  country_used: nullable(Type.String({ description: 'The country whose rules were applied' })),
  sensitive_data_expired: Type.Boolean({ description: 'Whether the sensitive data is gone' }),
  rejection_reason_code: nullable(Type.String({ description: 'Why the session was rejected, for programs to compare' })),
  check_results: nullable(Type.Unsafe<Readonly<Record<string, CheckResult>>>({
    type: 'object',
    additionalProperties: Type.Object({ status: Type.String() }),
    description: 'What came of each check, by its name'
  }))
}, { $id: 'SessionResult', description: 'The result of a session' }))

/** A result as the store keeps it, under the ID of its session. */
export interface ResultDocument {
  readonly id: string
  readonly result: SessionResult
}
