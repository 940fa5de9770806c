import { Type } from '@sinclair/typebox'
import { nullable, oneOf, schemaOf } from '../../contract/schema.js'
import { pageUrl } from './capture.js'

/** The environment of an API key or a session. Both environments share one host and never see each other (the vendor's page). */
export type Environment = 'live' | 'sandbox'

export const statuses = [
  'pending', 'capturing', 'processing', 'completed', 'expired', 'failed', 'awaiting_external', 'under_review', 'sandbox_pending'
] as const
export type SessionStatus = typeof statuses[number]

export const retentionStatuses = ['active', 'sensitive_redacted', 'redacted'] as const
export type RetentionStatus = typeof retentionStatuses[number]

const caseStatuses = ['open', 'in_review', 'escalated', 'pending_second_review', 'approved', 'rejected'] as const
export type CaseStatus = typeof caseStatuses[number]

/** A capture token is valid for 20 minutes (the vendor's page on creating sessions). */
export const TOKEN_LIFETIME = 20 * 60 * 1000

/** The user's own data: any JSON under any key. Its keys are never renamed. */
export type Metadata = Readonly<Record<string, unknown>>

/** A verification session, with its fields in the order of the vendor's page. It is immutable: a change creates a new version. */
export interface Session {
  /** The session's ID; the mock generates `ses_` and 20 hexadecimal characters. */
  readonly id: string
  /** The state of the verification. */
  readonly status: SessionStatus
  /** Whether the session belongs to the sandbox. */
  readonly is_sandbox: boolean
  /** The ID of the session's environment: `env_live` or `env_sandbox`. */
  readonly environment: string
  /** When the session was created: UTC, ISO 8601 with milliseconds and `Z`. */
  readonly created_at: string
  /** When the session was last updated. */
  readonly updated_at: string
  /** The user's own reference for the session. */
  readonly external_ref: string | null
  /** The user's own data. */
  readonly metadata: Metadata
  /** The country of the document, such as `DE`. */
  readonly country: string | null
  /** The checks that the session runs. */
  readonly checks: readonly string[] | null
  /** The workflow that the session uses. */
  readonly workflow_id: string | null
  /** The detected or specified document type. */
  readonly document_type: string | null
  /** How much of the session's data is still stored. A `redacted` session cannot be updated. */
  readonly retention_status: RetentionStatus | null
  /** How often the session was processed. */
  readonly processing_attempts: number | null
  /** The IP address from which consent was given. */
  readonly consent_ip: string | null
  /** The URL of the capture page; null unless the session is pending or capturing. */
  readonly capture_url: string | null
  /** When the capture token expires; null unless the session is pending or capturing. */
  readonly token_expires_at: string | null
  /** The ID of the review case, if there is one. */
  readonly case_id: string | null
  /** The status of the review case, if there is one. */
  readonly case_status: CaseStatus | null
  /** Free-form tags. */
  readonly tags: readonly string[]
}

const text = (description: string) => Type.String({ description })
const texts = (description: string) => Type.Unsafe<readonly string[]>(Type.Array(Type.String(), { description }))
const time = (description: string) => Type.String({ format: 'date-time', description })

export const Session = schemaOf<Session>()(Type.Object({
  id: Type.String({ minLength: 1, description: 'Session ID' }),
  status: oneOf(statuses, { description: 'How far the verification has come' }),
  is_sandbox: Type.Boolean({ description: 'Whether the session belongs to the sandbox' }),
  environment: text('Environment ID for this session'),
  created_at: time('When the session was created, in UTC'),
  updated_at: time('When the session was last updated, in UTC'),
  external_ref: nullable(text('Your own reference for this session')),
  metadata: Type.Unsafe<Metadata>({ type: 'object', additionalProperties: true, description: 'Your own data; its keys are never renamed' }),
  country: nullable(text('Country of the document')),
  checks: nullable(texts('Checks that the session runs')),
  workflow_id: nullable(text('Workflow used for this session')),
  document_type: nullable(text('Detected or specified document type')),
  retention_status: nullable(oneOf(retentionStatuses, { description: 'Data retention status' })),
  processing_attempts: nullable(Type.Integer({ description: 'Number of processing attempts for this session' })),
  consent_ip: nullable(text('IP address from which consent was given')),
  capture_url: nullable(text('Capture URL, only while the session is pending or capturing')),
  token_expires_at: nullable(time('When the capture token expires, only while the session is pending or capturing')),
  case_id: nullable(text('Associated review case ID, if any')),
  case_status: nullable(oneOf(caseStatuses, { description: 'Status of the associated review case' })),
  tags: texts('Free-form tags attached to this session')
}, { $id: 'Session', description: 'A session' }))

/** The statuses in which a session can still be captured. */
export const openStatuses: readonly SessionStatus[] = ['pending', 'capturing']

/** Whether a session can still be captured. Only then does it have a capture URL and a token (the vendor's page). */
export function isOpen (status: SessionStatus): boolean {
  return openStatuses.includes(status)
}

/** Whether a session has been redacted. Then nothing can change it (the vendor's page). */
export function isRedacted ({ retention_status: retention }: Session): boolean {
  return retention === 'redacted'
}

/** The environment that a session, or its result, belongs to. */
export function environmentOf ({ is_sandbox: isSandbox }: Pick<Session, 'is_sandbox'>): Environment {
  return isSandbox ? 'sandbox' : 'live'
}

/**
 * The default capture URL of a session. The ID of a fixture may be any text, so it may have to be encoded.
 * @param publicUrl the mock's public URL; without it, the capture URL does not work
 */
export function captureUrl (id: string, publicUrl?: string): string {
  const token = /^[\w-]*$/.test(id) ? id : encodeURIComponent(Buffer.from(id).toString()) // half of a surrogate pair has no encoding
  return publicUrl === undefined ? `https://capture.verifa.example/${token}` : pageUrl(publicUrl, token)
}

/**
 * The next version of a session. Copies field by field, because `{ ...session, ...changes }` takes 25 times as long, more than 2 % of an
 * update (bench/README.md).
 */
export function nextVersion (session: Session, changes: Partial<Session>): Session {
  const copy: { -readonly [F in keyof Session]: Session[F] } = {
    id: session.id,
    status: session.status,
    is_sandbox: session.is_sandbox,
    environment: session.environment,
    created_at: session.created_at,
    updated_at: session.updated_at,
    external_ref: session.external_ref,
    metadata: session.metadata,
    country: session.country,
    checks: session.checks,
    workflow_id: session.workflow_id,
    document_type: session.document_type,
    retention_status: session.retention_status,
    processing_attempts: session.processing_attempts,
    consent_ip: session.consent_ip,
    capture_url: session.capture_url,
    token_expires_at: session.token_expires_at,
    case_id: session.case_id,
    case_status: session.case_status,
    tags: session.tags
  }
  return Object.assign(copy, changes)
}
