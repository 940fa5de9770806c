import { boolean, type FieldKind, integer, object, oneOf, orNull, string, strings, time } from '../../expectations/kinds.js'

/** The fields of a session, in the order of the vendor's page. */
export const fieldKinds: readonly [name: string, kind: FieldKind][] = [
  ['id', string],
  ['status', oneOf(
    'pending', 'capturing', 'processing', 'completed', 'expired', 'failed', 'awaiting_external', 'under_review', 'sandbox_pending'
  )],
  ['is_sandbox', boolean],
  ['environment', string],
  ['created_at', time],
  ['updated_at', time],
  ['external_ref', orNull(string)],
  ['metadata', object],
  ['country', orNull(string)],
  ['checks', orNull(strings)],
  ['workflow_id', orNull(string)],
  ['document_type', orNull(string)],
  ['retention_status', orNull(oneOf('active', 'sensitive_redacted', 'redacted'))],
  ['processing_attempts', orNull(integer)],
  ['consent_ip', orNull(string)],
  ['capture_url', orNull(string)],
  ['token_expires_at', orNull(time)],
  ['case_id', orNull(string)],
  ['case_status', orNull(oneOf('open', 'in_review', 'escalated', 'pending_second_review', 'approved', 'rejected'))],
  ['tags', strings]
]

/** The names of a session's fields, in the order of the vendor's page. */
export const fieldNames: readonly string[] = fieldKinds.map(([name]) => name)
