/** What values a field has. */
export interface FieldKind {
  /** In words. */
  kind: string
  check: (value: unknown) => boolean
}

const string: FieldKind = { kind: 'a string', check: value => typeof value === 'string' }
const boolean: FieldKind = { kind: 'true or false', check: value => typeof value === 'boolean' }
const integer: FieldKind = { kind: 'an integer', check: value => Number.isInteger(value) }
const object: FieldKind = { kind: 'an object', check: value => typeof value === 'object' && value !== null && !Array.isArray(value) }
const strings: FieldKind = {
  kind: 'a list of strings',
  check: value => Array.isArray(value) && value.every(item => typeof item === 'string')
}
const time: FieldKind = {
  kind: 'a date and time',
  check: value => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value) && !Number.isNaN(Date.parse(value))
}

function oneOf (...values: string[]): FieldKind {
  return { kind: `one of ${values.join(', ')}`, check: value => values.includes(value as string) }
}

function orNull ({ kind, check }: FieldKind): FieldKind {
  return { kind: `${kind} or null`, check: value => value === null || check(value) }
}

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
