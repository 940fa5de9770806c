import type { Change, Session } from '../../src/index.js'
import type { Answer, Made } from './call.js'
import { simulate } from './changes.js'
import { type Body, type Documents, error, iso, isObject, isOpen, MINUTE, tokenOf } from './documents.js'
import type { Line } from './journal-line.js'
import { endActive, newUrl, statusOf } from './links.js'

/** What is sent to the capture page: a browser opens it, a preview looks at it, a client gives it an outcome. */
export interface CaptureRequest {
  method: 'GET' | 'HEAD' | 'POST'
  token: string
  /** The casing that is asked for. */
  casing: string | undefined
  payload: string
}

/** What a page responds with, beside its text. */
export type CaptureAnswer = Answer & { session: string | null, sent: unknown }

/** Carries out what is sent to the capture page. */
export function capture (documents: Documents, { method, token, payload }: CaptureRequest, now: number, made: Made): CaptureAnswer {
  const link = documents.links.find(({ capture_url: url }) => tokenOf(url) === token)
  const id = link?.session_id ?? documents.tokens.find(one => one.token === token)?.session_id ?? token
  const before = documents.sessions.find(session => session.id === id)
  if (before === undefined && id === token) return { ...error(404, 'not_found', 'Capture link not found.'), session: null, sent: null }
  const sent: unknown = method === 'POST' ? JSON.parse(payload) : null
  return { ...outcomeOf(documents, before, { method, token, sent, id }, now, made), session: id, sent }
}

/** What was sent, with the session that its token leads to. */
type Sent = Pick<CaptureRequest, 'method' | 'token'> & { sent: unknown, id: string }

const actions = { approve: 'approve', reject: 'decline', needs_review: 'require-review' }

function outcomeOf (
  documents: Documents, before: Session | undefined, { method, token, sent, id }: Sent, now: number, made: Made
): Answer {
  const outcome = isObject(sent) ? String(sent['outcome']) : ''
  if (method === 'POST' && !Object.hasOwn(actions, outcome)) {
    const msg = 'must be one of: approve, reject, needs_review'
    return error(422, 'validation_error', [{ loc: ['body', 'outcome'], msg, type: 'enum' }])
  }
  if (before === undefined) return error(404, 'not_found', 'Capture link not found.', `the session ${id} is gone`)
  const link = documents.links.find(({ capture_url: url }) => tokenOf(url) === token)
  const refusal = refusalOf(before, token, link && statusOf(link, now))
  if (refusal !== undefined) return error(410, 'bad_request', refusal)
  if (method === 'HEAD') return { status: 200, body: {}, changes: [] }

  if (link !== undefined) endActive(documents, before.id, 'consumed')
  if (method === 'POST') {
    const body = { action: actions[outcome as keyof typeof actions] }
    const { changes } = simulate(documents, before, { operation: 'simulateSession', id: before.id, body, query: {}, sandbox: true, now, made })
    const { redirect_url: url } = documents.captures.find(capture => capture.session_id === before.id) ?? {}
    const status = String(changes[0]?.after.status)
    const added = `session_id=${encodeURIComponent(before.id)}&status=${status}`
    const redirect = url == null ? null : `${url}${url.includes('?') ? '&' : '?'}${added}`
    return { status: 200, body: { session_id: before.id, status, redirect_url: redirect }, changes }
  }
  if (link === undefined && before.status === 'capturing') return { status: 200, body: {}, changes: [] }
  const url = link && newUrl(documents, before.id, made.session?.capture_url)
  const after: Session = {
    ...before, status: 'capturing', updated_at: iso(now), ...url !== undefined && { capture_url: url, token_expires_at: iso(now + 20 * MINUTE) }
  }
  documents.sessions = documents.sessions.map(session => session === before ? after : session)
  const type: Change['type'] = before.status === 'capturing' ? 'session.updated' : 'session.started'
  return { status: link ? 303 : 200, body: {}, changes: [{ type, session_id: before.id, before, after }] }
}

const ends: Body = {
  consumed: 'Capture link has been used. It works once.', expired: 'Capture link has expired.', revoked: 'Capture link has been revoked.'
}

/** Why a token does not work, if it does not. */
function refusalOf (session: Session, token: string, link: string | undefined): string | undefined {
  const redacted = session.retention_status === 'redacted'
  const isCapturable = !redacted && (isOpen(session) || (link !== undefined && session.status === 'expired'))
  if (!isCapturable) return `Session is ${redacted ? 'redacted' : session.status} and cannot be captured.`
  if (link !== undefined) return ends[link] as string | undefined
  return tokenOf(session.capture_url) === token ? undefined : 'Capture link has been replaced by a newer one.'
}

/** What the journal has of a request to the capture page. */
export function lineOfCapture (
  { method, token }: CaptureRequest, { session, status, sent, reason = null, changes }: CaptureAnswer, now: number
): Line {
  const path = `/verify/${encodeURIComponent(token)}`
  return {
    at: iso(now),
    method,
    path: method === 'POST' ? `${path}/sandbox-outcome` : path,
    operation: method === 'POST' ? 'sandboxOutcome' : 'openCapture',
    session_id: session,
    ...{ api_key: null, idempotency_key: null, replayed: false, fault: null },
    ...{ status, sent, reason, changes }
  }
}
