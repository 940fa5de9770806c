import type { Session } from '../../src/index.js'
import { type Answer, type Call, ok, pick } from './call.js'
import { addTag, create, expire, redact, redactSession, removeTag, resume, setTags, simulate, submit, update } from './changes.js'
import { type Body, type Documents, error, MINUTE } from './documents.js'
import type { OperationName } from './request.js'

/** Operations on no session, or on several. */
const onAll: Partial<Record<OperationName, (documents: Documents, call: Call) => Answer>> = {
  createSession: create,
  listSessions: ({ sessions }, { query, sandbox }) => {
    const { status, q = '', external_ref: externalRef } = query as Record<string, string | undefined>
    const found = sessions.filter(session => session.is_sandbox === sandbox)
      .filter(session => status === undefined || session.status === status)
      .filter(session => externalRef === undefined || session.external_ref === externalRef)
      .filter(session => `${session.id}\n${session.external_ref ?? ''}`.toLowerCase().includes(q.toLowerCase()))
    return ok(pageOf(newestFirst(found, ({ id }) => id), query))
  },
  listResults: ({ results }, { query, sandbox }) => {
    const { status, created_after: after = '0001-01-01', created_before: before = '9998-12-31' } = query as Record<string, string | undefined>
    const found = results.filter(result => result.is_sandbox === sandbox)
      .filter(result => status === undefined || result.status === status)
      .filter(result => Date.parse(result.created_at) >= Date.parse(after) && Date.parse(result.created_at) <= Date.parse(before))
    return ok(pageOf(newestFirst(found, result => result.session_id).map(result => pick(result,
      'session_id', 'status', 'created_at', 'face_match_passed', 'face_match_score', 'age_check_passed', 'rejection_reason', 'rejection_reason_code'
    )), query))
  },
  bulkRedactSessions: (documents, { body, sandbox, now }) => {
    const redactions = [...new Set(body['session_ids'] as string[])].map(id => redact(documents, id, sandbox, now))
    const results = redactions.map(redaction => pick(redaction, 'session_id', 'status', 'documents_removed'))
    return ok({ total: results.length, results }, ...redactions.flatMap(({ changes }) => changes))
  },
  getRateLimits: (_, { sandbox, now }) => ok({
    rate_limit: { limit: 1000, remaining: 999, reset_in_seconds: Math.ceil((MINUTE - now % MINUTE) / 1000), window_seconds: 60 },
    quotas: {},
    plan: 'enterprise',
    environment: sandbox ? 'sandbox' : 'live'
  })
}

/** Operations on the session in the path. */
const onSession: Partial<Record<OperationName, (documents: Documents, session: Session, call: Call) => Answer>> = {
  getSession: (_, session) => ok(session),
  getSessionResult: ({ results }, { id }) => {
    const result = results.find(result => result.session_id === id)
    return result === undefined ? error(404, 'not_found', 'No result yet.') : ok(result)
  },
  getResult: ({ results }, { id, external_ref }) => {
    const result = results.find(result => result.session_id === id)
    return result === undefined ? error(404, 'not_found', 'No result yet.') : ok({
      ...pick(result, 'session_id', 'status', 'created_at'),
      external_ref,
      result: pick(result, 'age_check_passed', 'extracted_age', 'face_match_passed', 'face_match_score', 'extracted_data'),
      ...pick(result, 'rejection_reason', 'rejection_reason_code', 'processing_mode', 'sensitive_data_expired')
    })
  },
  updateSession: update,
  resumeSession: resume,
  expireSession: expire,
  simulateSession: simulate,
  submitSession: submit,
  addTag,
  removeTag,
  setTags,
  redactSession
}

const ACTIVE = ['pending', 'capturing', 'processing', 'awaiting_external', 'under_review', 'sandbox_pending']

/** Which statuses an operation takes, the status of its refusal, and its verb in the text. */
const life: Partial<Record<OperationName, [from: string[], refusal: number, verb: string]>> = {
  resumeSession: [['pending', 'capturing', 'expired', 'failed'], 400, 'resumed'],
  expireSession: [ACTIVE, 400, 'expired'],
  simulateSession: [ACTIVE, 400, 'simulated'],
  submitSession: [['pending', 'capturing'], 422, 'submitted']
}

/** Carries out an operation: changes the documents, and answers. */
export function execute (documents: Documents, call: Call): Answer {
  const { operation, id, sandbox } = call
  const runOnAll = onAll[operation]
  if (runOnAll !== undefined) return runOnAll(documents, call)

  const session = documents.sessions.find(session => session.id === id)
  if (session?.is_sandbox !== sandbox) {
    const [its, mine] = sandbox ? ['live', 'sandbox'] : ['sandbox', 'live']
    return error(404, 'not_found', 'Session not found.',
      session === undefined ? `no session has the ID "${id}"` : `${id} is a ${its} session, the API key is ${mine}`)
  }
  const redacted = session.retention_status === 'redacted'
  const [from, refusal, verb] = life[operation] ?? [undefined, 422, 'updated']
  if (from !== undefined && (redacted || !from.includes(session.status))) {
    const state = redacted ? 'redacted' : session.status
    return error(refusal, refusal === 400 ? 'bad_request' : 'validation_error', `Session is ${state} and cannot be ${verb}.`)
  }
  if (redacted && /^update|Tags?$/.test(operation)) return error(422, 'validation_error', 'Session has been redacted and cannot be updated.')
  return onSession[operation]?.(documents, session, call) as Answer
}

function newestFirst<T extends { created_at: string }> (list: T[], idOf: (one: T) => string): T[] {
  const keyOf = (one: T) => Date.parse(one.created_at)
  return [...list].sort((one, other) => keyOf(other) - keyOf(one) || (idOf(one) < idOf(other) ? -1 : 1))
}

function pageOf (all: object[], { limit = 50, offset = 0 }: Body): object {
  return { data: all.slice(Number(offset), Number(offset) + Number(limit)), pagination: { total: all.length, limit, offset } }
}
