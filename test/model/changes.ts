import assert from 'node:assert/strict'
import type { Change, Session } from '../../src/index.js'
import { type Answer, type Call, ok } from './call.js'
import { captureOf, type Documents, error, iso, isOpen, merge, MINUTE, resultOf, type SessionResult, sessionWith } from './documents.js'
import { endActive, newUrl, QR_CODE } from './links.js'

/** What the operations do that change sessions. */
type Operation = (documents: Documents, session: Session, call: Call) => Answer

const CLOSED = { capture_url: null, token_expires_at: null }

export function create (documents: Documents, { body, sandbox, now, made: { session: made } }: Call): Answer {
  const { id = '', capture_url: url } = made ?? {}
  assert.match(id, /^ses_[0-9a-f]{20}$/)
  assert.ok(documents.sessions.every(session => session.id !== id), 'the ID is new')
  const after = sessionWith({ id, ...body, capture_url: newUrl(documents, id, url) }, now, sandbox)
  documents.sessions.push(after)
  documents.captures.push(...captureOf(body).map(capture => ({ session_id: id, ...capture })))
  return {
    status: 201,
    body: {
      id,
      status: 'pending',
      capture_url: after.capture_url,
      is_sandbox: sandbox,
      created_at: iso(now),
      expires_at: after.token_expires_at,
      external_ref: after.external_ref,
      qr_code_data_url: QR_CODE,
      tags: []
    },
    changes: [{ type: 'session.created', session_id: id, before: null, after }]
  }
}

export const update: Operation = (documents, session, { body, now }) => {
  const { external_ref = session.external_ref, metadata } = body as Partial<Session>
  const changed = change(documents, session, now, { external_ref, metadata: merge(session.metadata, metadata) })
  return ok(changed.after, changed)
}

export const resume: Operation = (documents, session, { now, made }) => {
  const [url, expiry] = [newUrl(documents, session.id, made.session?.capture_url), iso(now + 20 * MINUTE)]
  setResult(documents, session)
  const changed = change(documents, session, now, { status: 'pending', capture_url: url, token_expires_at: expiry })
  return ok({ id: session.id, status: 'pending', capture_url: url, expires_at: expiry, qr_code_data_url: QR_CODE }, changed)
}

export const expire: Operation = (documents, session, { now }) => {
  setResult(documents, session)
  const changed = change(documents, session, now, { ...CLOSED, status: 'expired' }, 'session.expired')
  return ok({ id: session.id, status: 'expired', expired_at: iso(now) }, changed)
}

const outcomes = {
  'approve': ['completed', 'session.approved', 'approved'],
  'decline': ['completed', 'session.declined', 'rejected'],
  'require-review': ['under_review', 'session.requires-review', 'needs_review'],
  'expire': ['expired', 'session.expired', undefined]
} as const

export const simulate: Operation = (documents, session, { body, now, made: { session: made } }) => {
  const action = body['action'] as keyof typeof outcomes
  const [status, type, outcome] = outcomes[action]
  const changed = change(documents, session, now, { ...CLOSED, status, ...caseAfter(documents, session, outcome, made) }, type)
  setResult(documents, changed.after, outcome, iso(now))
  return ok({ id: session.id, action, status, simulated: true }, changed)
}

function caseAfter (
  { sessions }: Documents, { status, case_id: id }: Session, outcome: SessionResult['status'] | undefined, made?: Session
): Partial<Session> {
  if (outcome === 'needs_review') {
    if (id !== null) return { case_status: 'open' }
    assert.match(String(made?.case_id), /^case_[0-9a-f]{20}$/)
    assert.ok(sessions.every(session => session.case_id !== made?.case_id), 'the case is new')
    return { case_id: String(made?.case_id), case_status: 'open' }
  }
  return outcome !== undefined && (status === 'under_review' || id !== null) ? { case_status: outcome } : {}
}

export const submit: Operation = (documents, session, { sandbox, now }) => {
  const [status, message] = sandbox
    ? ['sandbox_pending', 'Session submitted. Simulate an outcome to complete it.'] as const
    : ['processing', 'Session submitted for processing.'] as const
  return ok({ id: session.id, status, is_sandbox: sandbox, message }, change(documents, session, now, { ...CLOSED, status }))
}

export const addTag: Operation = (documents, session, call) => {
  const tags = [...new Set([...session.tags, ...tagsIn(call)])]
  return tags.length > 50 ? error(422, 'validation_error', 'Session can have at most 50 tags.') : retag(documents, session, call, tags)
}

export const removeTag: Operation = (documents, session, call) =>
  retag(documents, session, call, session.tags.filter(tag => !tagsIn(call).includes(tag)))

export const setTags: Operation = (documents, session, call) => retag(documents, session, call, [...new Set(tagsIn(call))].slice(0, 50))

function tagsIn ({ body }: Call): string[] {
  return (body['tags'] ?? [body['tag']]) as string[]
}

/** What changes nothing is no change. */
function retag (documents: Documents, session: Session, { now }: Call, tags: string[]): Answer {
  const isSame = JSON.stringify(tags) === JSON.stringify(session.tags)
  return ok({ id: session.id, tags }, ...isSame ? [] : [change(documents, session, now, { tags })])
}

export const redactSession: Operation = (documents, { id }, { sandbox, now }) => {
  const { status, documents_removed, changes } = redact(documents, id, sandbox, now)
  const message = status === 'deleted' ? 'Session data permanently redacted.' : 'Session data was already redacted.'
  return ok({ status, session_id: id, documents_removed, message }, ...changes)
}

/** Redacts one session, if it is there. */
export function redact (documents: Documents, id: string, sandbox: boolean, now: number) {
  const session = documents.sessions.find(session => session.id === id && session.is_sandbox === sandbox)
  if (session === undefined || session.retention_status === 'redacted') {
    return { session_id: id, status: session === undefined ? 'not_found' : 'already_redacted', documents_removed: 0, changes: [] }
  }
  const captured = !['pending', 'expired'].includes(session.status) || documents.results.some(result => result.session_id === id)
  documents.captures = documents.captures.filter(capture => capture.session_id !== id)
  endActive(documents, id, 'revoked')
  documents.results = documents.results
    .map(result => result.session_id === id ? { ...result, extracted_data: {}, sensitive_data_expired: true } : result)
  const gone = { external_ref: null, metadata: {}, retention_status: 'redacted', consent_ip: null } as const
  const status = isOpen(session) ? 'expired' : session.status
  const changed = change(documents, session, now, { ...CLOSED, ...gone, status }, 'session.redacted')
  return { session_id: id, status: 'deleted', documents_removed: captured ? 3 : 0, changes: [changed] }
}

function change (
  documents: Documents, before: Session, now: number, fields: Partial<Session>, type: Change['type'] = 'session.updated'
): Change {
  const after = { ...before, ...fields, updated_at: iso(now) }
  documents.sessions = documents.sessions.map(session => session === before ? after : session)
  return { type, session_id: after.id, before, after }
}

/** A session has the result of its last outcome, or none. */
function setResult (documents: Documents, session: Session, outcome?: SessionResult['status'], at = ''): void {
  documents.results = documents.results.filter(result => result.session_id !== session.id)
  if (outcome !== undefined) documents.results.push(resultOf(session, outcome, at))
}
