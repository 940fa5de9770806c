import type { Fixture, Problem, Session } from '../../src/index.js'

/** A result, as the API shows it. */
export type SessionResult = Required<NonNullable<Fixture['result']>>

/** What operations work on: lists that are searched. */
export interface Documents {
  sessions: Session[]
  results: SessionResult[]
  captures: ({ session_id: string } & Capture)[]
  /** The oldest first. */
  links: ({ session_id: string } & Link)[]
  /** The tokens that sessions have or had, except those of links, and those that are a session's ID. */
  tokens: { session_id: string, token: string }[]
}

/** A one-time link, as a saved state has it. */
export type Link = NonNullable<Fixture['links']>[number]

/** What a session is given for its capture page. */
type Capture = Pick<Fixture, typeof CAPTURE_FIELDS[number]>

export const CAPTURE_FIELDS = ['redirect_url', 'fields', 'send_email'] as const

/** JSON as it is in a body. */
export type Body = Record<string, unknown>

const FIELDS = [
  'id', 'status', 'is_sandbox', 'environment', 'created_at', 'updated_at', 'external_ref', 'metadata', 'country', 'checks', 'workflow_id',
  'document_type', 'retention_status', 'processing_attempts', 'consent_ip', 'capture_url', 'token_expires_at', 'case_id', 'case_status', 'tags'
] as const
export const MINUTE = 60 * 1000

export const iso = (moment: number): string => new Date(moment).toISOString()
export const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
export const isObject = (value: unknown): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value)
/** The last part of a capture URL. */
export const tokenOf = (url: string | null): string => decodeURIComponent(String(url?.split('/').at(-1)))
export const isOpen = ({ status }: Pick<Session, 'status'>): boolean => status === 'pending' || status === 'capturing'

/** A refusal: its response, and for the journal why. */
export const error = (status: number, code: string, detail: string | Problem[], reason: string | null = null) =>
  ({ status, body: { error: code, detail, status_code: status }, reason: reason ?? wordsOf(detail), changes: [] })

export const wordsOf = (detail: string | Problem[]): string =>
  typeof detail === 'string' ? detail : detail.map(({ loc, msg }) => `${loc.join('.')} ${msg}`).join('; ')

/** What is sent replaces, null removes, everything else stays. */
export function merge (metadata: Body, patch: unknown = {}): Body {
  const merged = new Map(Object.entries(metadata))
  for (const [key, value] of Object.entries(patch as Body)) {
    if (value === null) merged.delete(key)
    else merged.set(key, value)
  }
  return Object.fromEntries(merged)
}

/** A session with all of its fields, in order: those that are given, and the defaults of the others. */
export function sessionWith (fields: Fixture, now: number, sandbox: boolean): Session {
  const { id = '', status = 'pending', is_sandbox: isSandbox = sandbox, created_at: created = iso(now) } = fields
  const open = isOpen({ status })
  const session: Body = {
    environment: isSandbox ? 'env_sandbox' : 'env_live',
    updated_at: created,
    retention_status: 'active',
    processing_attempts: 0,
    capture_url: open ? `https://capture.verifa.example/${encodeURIComponent(id)}` : null,
    token_expires_at: open ? iso(Date.parse(created) + 20 * MINUTE) : null,
    tags: [],
    ...fields,
    ...{ id, status, is_sandbox: isSandbox, created_at: created, metadata: merge({}, fields.metadata) }
  }
  return Object.fromEntries(FIELDS.map(name => [name, session[name] ?? null])) as unknown as Session
}

const CHECK_STATUS = { approved: 'passed', rejected: 'failed', needs_review: 'needs_review' }

/** A result with the values of the vendor's testing page; of what a human decides, nothing in a review. */
export function resultOf (session: Session, status: SessionResult['status'], at: string): SessionResult {
  const [approved, rejected] = [status === 'approved', status === 'rejected']
  return {
    session_id: session.id,
    status,
    is_sandbox: session.is_sandbox,
    created_at: at,
    face_match_passed: approved ? true : rejected ? false : null,
    face_match_score: approved ? 0.95 : rejected ? 0.31 : null,
    age_check_passed: approved ? true : null,
    extracted_age: rejected ? null : 28,
    extracted_data: rejected
      ? {}
      : { first_name: 'Jane', last_name: 'Doe', date_of_birth: '1997-06-15', document_type: 'drivers_license' },
    rejection_reason: rejected ? 'Document could not be read.' : null,
    processing_mode: 'workflow',
    country_used: session.country,
    sensitive_data_expired: false,
    rejection_reason_code: rejected ? 'document_unreadable' : null,
    check_results: session.checks && Object.fromEntries(session.checks.map(name => [name, { status: CHECK_STATUS[status] }]))
  }
}

/** What is given for the capture page, if anything is. */
export function captureOf (given: Capture): Capture[] {
  const capture = Object.fromEntries(CAPTURE_FIELDS.filter(name => (given[name] ?? null) !== null).map(name => [name, given[name]]))
  return Object.keys(capture).length === 0 ? [] : [capture]
}

/** The documents of fixtures. */
export function documentsOf (fixtures: readonly Fixture[], now: number, sandbox: boolean): Documents {
  const sessions = fixtures.map(fixture => sessionWith(fixture, now, sandbox))
  const ofSessions = <T>(list: (fixture: Fixture, session: Session) => readonly T[]) => fixtures.flatMap((fixture, index) => {
    const session = sessions[index] as Session
    return list(fixture, session).map(one => ({ session_id: session.id, ...one }))
  })
  const results = fixtures.flatMap(({ result }, index) => {
    const session = sessions[index] as Session
    if (result === undefined) return []
    const gone = String(session.retention_status).includes('redacted') ? { extracted_data: {}, sensitive_data_expired: true } : {}
    return [{ ...resultOf(session, result.status ?? 'approved', session.updated_at), ...gone, ...result }]
  })
  return copy({
    sessions,
    results,
    captures: ofSessions(captureOf),
    links: ofSessions(({ links = [] }) => links),
    tokens: ofSessions(({ tokens = [] }, { id, capture_url: url }) => [...tokens, ...url === null ? [] : [tokenOf(url)]]
      .filter(token => token !== id).map(token => ({ token })))
  })
}
