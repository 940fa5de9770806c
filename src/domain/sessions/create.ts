import { Type } from '@sinclair/typebox'
import { nullable, schemaOf } from '../../contract/schema.js'
import { timestamp } from '../../contract/time.js'
import type { Decision } from '../decision.js'
import type { DueItem } from '../due-item.js'
import { CaptureFields, captureOf, ownToken } from './capture.js'
import { expiryOf } from './expiry.js'
import { mergeMetadata, MetadataInput } from './metadata.js'
import { qrCodeDataUrl } from './qr-code.js'
import { type Environment, type Metadata, Session, type SessionStatus, TOKEN_LIFETIME } from './session.js'

/** The fields that a new session can have (the vendor's page). */
export interface SessionCreation {
  /** The user's own reference for the session. */
  external_ref?: string
  /** The user's own data. Keys set to null are dropped. */
  metadata?: Metadata
  /** The country of the document, such as `DE`. */
  country?: string
  /** The checks that the session runs. */
  checks?: readonly string[]
  /** The workflow that the session uses. */
  workflow_id?: string
  /** The URL to which the capture page redirects the browser at the end. */
  redirect_url?: string
  /** Values to prefill on the capture page. */
  fields?: CaptureFields
  /** Whether to invite the person by email; the mock sends none. */
  send_email?: boolean
}

export const SessionCreation = schemaOf<SessionCreation>()(Type.Object({
  external_ref: Type.Optional(Type.String({ description: 'Your own reference for this session' })),
  metadata: Type.Optional(Type.Unsafe<Metadata>({
    ...MetadataInput,
    description: 'Your own data. A key set to null is left out. A value has at most 16,384 bytes as compact JSON, and 1,000 levels.'
  })),
  country: Type.Optional(Type.String({ 'pattern': '^.{2}$', 'x-takes': 'two characters, such as DE', 'description': 'Country of the document' })),
  checks: Type.Optional(Type.Unsafe<readonly string[]>(Type.Array(Type.String(), { description: 'Checks that the session runs' }))),
  workflow_id: Type.Optional(Type.String({ description: 'Workflow to use' })),
  redirect_url: Type.Optional(Type.String({ format: 'uri', description: 'Where the capture page sends the browser when it is done: an http or https URL' })),
  fields: Type.Optional(CaptureFields),
  send_email: Type.Optional(Type.Boolean({ description: 'Whether to invite the person by email; the mock sends none' }))
}, { $id: 'SessionCreation', additionalProperties: false, description: 'A session to create' }))

/** The response to creating a session, with its fields in the order of the vendor's page. */
export interface CreatedSession {
  /** The session's ID. */
  id: string
  /** The state of the verification. */
  status: SessionStatus
  /** The URL of the capture page. */
  capture_url: string
  /** Whether the session belongs to the sandbox. */
  is_sandbox: boolean
  /** When the session was created. */
  created_at: string
  /** When the capture token expires. */
  expires_at: string
  /** The user's own reference for the session. */
  external_ref: string | null
  /** The QR code of `capture_url`, as a PNG; null if the URL is too long for a QR code. */
  qr_code_data_url: string | null
  /** Free-form tags. */
  tags: readonly string[]
}

const time = (description: string) => Type.String({ format: 'date-time', description })

export const CreatedSession = schemaOf<CreatedSession>()(Type.Object({
  id: Type.String({ description: 'Session ID' }),
  status: Session.properties.status,
  capture_url: Type.String({ description: 'URL of the capture page' }),
  is_sandbox: Type.Boolean({ description: 'Whether the session belongs to the sandbox' }),
  created_at: time('When the session was created, in UTC'),
  expires_at: time('When the capture token expires, in UTC'),
  external_ref: nullable(Type.String({ description: 'Your own reference for this session' })),
  qr_code_data_url: nullable(Type.String({ description: 'The QR code of `capture_url`, as a PNG in a `data:` URL' })),
  tags: Type.Unsafe<readonly string[]>(Type.Array(Type.String(), { description: 'Free-form tags attached to this session' }))
}, { $id: 'CreatedSession', description: 'A session that was created' }))

/** What a new session is created with, besides the request's body. */
export interface Creation {
  environment: Environment
  now: number
  id: string
  captureUrl: string
}

/** Creates a session. */
export function createSession (given: SessionCreation, { environment, now, id, captureUrl }: Creation): Decision<CreatedSession> {
  const createdAt = timestamp(now)
  const expiresAt = timestamp(now + TOKEN_LIFETIME)
  const isSandbox = environment === 'sandbox'
  const after: Session = {
    id,
    status: 'pending',
    is_sandbox: isSandbox,
    environment: isSandbox ? 'env_sandbox' : 'env_live',
    created_at: createdAt,
    updated_at: createdAt,
    external_ref: given.external_ref ?? null,
    metadata: given.metadata === undefined ? {} : mergeMetadata({}, given.metadata),
    country: given.country ?? null,
    checks: given.checks ?? null,
    workflow_id: given.workflow_id ?? null,
    document_type: null,
    retention_status: 'active',
    processing_attempts: 0,
    consent_ip: null,
    capture_url: captureUrl,
    token_expires_at: expiresAt,
    case_id: null,
    case_status: null,
    tags: []
  }
  const capture = captureOf(id, given)
  const tokens = [ownToken(id, captureUrl)]
  const due = [expiryOf(after) as DueItem]
  return {
    puts: capture === undefined ? { sessions: [after], tokens, due } : { sessions: [after], tokens, due, captures: [capture] },
    events: [{ type: 'session.created', session_id: id, before: null, after }],
    response: {
      status: 201,
      body: {
        id,
        status: after.status,
        capture_url: captureUrl,
        is_sandbox: isSandbox,
        created_at: createdAt,
        expires_at: expiresAt,
        external_ref: after.external_ref,
        qr_code_data_url: qrCodeDataUrl(captureUrl),
        tags: after.tags
      }
    }
  }
}
