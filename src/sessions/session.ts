import { type Static, type TSchema, Type } from '@sinclair/typebox'

/** A key's or a session's environment: they share one host, and never see each other (the vendor's page). */
export type Environment = 'live' | 'sandbox'

export const statuses = [
  'pending', 'capturing', 'processing', 'completed', 'expired', 'failed', 'awaiting_external', 'under_review', 'sandbox_pending'
] as const

export const retentionStatuses = ['active', 'sensitive_redacted', 'redacted'] as const

export const caseStatuses = ['open', 'in_review', 'escalated', 'pending_second_review', 'approved', 'rejected'] as const

/** The user's own data: any JSON under any key. Never renamed, never looked into. */
export type Metadata = Readonly<Record<string, unknown>>

// A list of types, where TypeBox would make a union: the serializer then compares types instead of validating twice.
function nullable<T extends TSchema> (schema: T) {
  return Type.Unsafe<Static<T> | null>({ ...schema, type: [schema['type'] as string, 'null'] })
}

function oneOf<T extends string> (values: readonly T[], options: { description: string }) {
  return Type.Unsafe<T>({ type: 'string', enum: values, ...options })
}

const text = (description: string) => Type.String({ description })
const time = (description: string) => Type.String({ format: 'date-time', description })

/** The session, its fields in the order of the vendor's page, which is the order of the answer. */
export const Session = Type.Object({
  id: Type.String({ minLength: 1, description: 'Session ID' }),
  status: oneOf(statuses, { description: 'How far the verification has come' }),
  is_sandbox: Type.Boolean({ description: 'Whether the session belongs to the sandbox' }),
  environment: text('Environment ID for this session'),
  created_at: time('When the session was created, in UTC'),
  updated_at: time('When the session was last updated, in UTC'),
  external_ref: nullable(text('Your own reference for this session')),
  metadata: Type.Unsafe<Metadata>({ type: 'object', additionalProperties: true, description: 'Your own data; its keys are never renamed' }),
  country: nullable(text('Country of the document')),
  checks: nullable(Type.Array(Type.String(), { description: 'Checks that the session runs' })),
  workflow_id: nullable(text('Workflow used for this session')),
  document_type: nullable(text('Detected or specified document type')),
  retention_status: Type.Unsafe<typeof retentionStatuses[number] | null>({
    type: ['string', 'null'], enum: [...retentionStatuses, null], description: 'Data retention status'
  }),
  processing_attempts: nullable(Type.Integer({ description: 'Number of processing attempts for this session' })),
  consent_ip: nullable(text('IP address from which consent was given')),
  capture_url: nullable(text('Capture URL, only while the session is pending or capturing')),
  token_expires_at: nullable(time('When the capture token expires, only while the session is pending or capturing')),
  case_id: nullable(text('Associated review case ID, if any')),
  case_status: Type.Unsafe<typeof caseStatuses[number] | null>({
    type: ['string', 'null'], enum: [...caseStatuses, null], description: 'Status of the associated review case'
  }),
  tags: Type.Array(Type.String(), { description: 'Free-form tags attached to this session' })
}, { description: 'A session' })

/** A session as it is given and answered; `StoredSession` is what the store makes of it. */
export type Session = Readonly<Static<typeof Session>>

/** Whether a session can still be captured: only then it has a capture URL and a token (the vendor's page). */
export function isOpen (status: Session['status']): boolean {
  return status === 'pending' || status === 'capturing'
}

/** Where a session is captured, unless its fixture says otherwise. */
export function captureUrl (id: string): string {
  return `https://capture.verifa.example/${id}`
}
