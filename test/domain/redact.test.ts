import t from 'tap'
import { completeResult } from '../../src/domain/fixtures/result-fixture.js'
import { bulkRedactSessions, redactDirectly, redactSession } from '../../src/domain/sessions/redact.js'
import type { SessionLinks } from '../../src/domain/sessions/links.js'
import type { ResultDocument } from '../../src/domain/sessions/result.js'
import { isOpen, type Session, type SessionStatus, statuses } from '../../src/domain/sessions/session.js'
import { errorOf, NOW, session } from './examples.js'

const personal = { external_ref: 'a', metadata: { a: 1 }, consent_ip: '203.0.113.7', tags: ['x'], country: 'DE' }
const later = '2026-03-01T12:00:00.001Z'

/** What a redaction finds of one session. */
function found (before: Session | undefined, result?: ResultDocument, links?: SessionLinks) {
  return { sessions: [before], results: [result], links: [links] }
}

t.test('a redaction revokes the active link', async t => {
  const link = { id: 'lnk_1', capture_url: 'http://mock/verify/cap_1', status: 'active', expires_at: later, created_at: later } as const
  const links = { id: 'ses_a', links: [{ ...link, status: 'consumed' as const }, link] }
  t.same(redactSession('sandbox', 'ses_a', found(session(), undefined, links), NOW).puts?.links,
    [{ id: 'ses_a', links: [links.links[0], { ...link, status: 'revoked' }] }])
})

t.test('a redaction removes what is personal, and keeps what was decided', async t => {
  const before = session({ ...personal, status: 'completed', case_id: 'c', case_status: 'approved' })
  const result = completeResult({}, before)
  const decision = redactSession('sandbox', 'ses_a', found(before, result), NOW + 1)
  const after = { ...before, updated_at: later, external_ref: null, metadata: {}, retention_status: 'redacted', consent_ip: null }
  t.same(decision, {
    puts: { sessions: [after], results: [{ id: 'ses_a', result: { ...result.result, extracted_data: {}, sensitive_data_expired: true } }], links: [] },
    deletes: { captures: ['ses_a'], due: [] },
    events: [{ type: 'session.redacted', session_id: 'ses_a', before, after }],
    response: {
      status: 200,
      body: { status: 'deleted', session_id: 'ses_a', documents_removed: 3, message: 'Session data permanently redacted.' }
    }
  })
})

t.test('a session that has been redacted stays as it is', async t => {
  const before = session({ status: 'completed', retention_status: 'redacted' })
  t.same(redactSession('sandbox', 'ses_a', found(before, completeResult({}, before)), NOW + 1), {
    events: [],
    response: {
      status: 200,
      body: { status: 'already_redacted', session_id: 'ses_a', documents_removed: 0, message: 'Session data was already redacted.' }
    }
  })
})

const removed: Record<SessionStatus, number> = {
  pending: 0, expired: 0, capturing: 3, processing: 3, completed: 3, failed: 3, awaiting_external: 3, under_review: 3, sandbox_pending: 3
}
for (const status of statuses) {
  t.test(`a session that is ${status}`, async t => {
    for (const retention of ['active', 'sensitive_redacted', null] as const) {
      const { puts, deletes, events, response } = redactSession('sandbox', 'ses_a', found(session({ status, retention_status: retention })), NOW + 1)
      t.equal(response.body.documents_removed, removed[status])
      t.match(puts, { sessions: [{ status: isOpen(status) ? 'expired' : status, capture_url: null, token_expires_at: null, retention_status: 'redacted' }], results: [] })
      t.same(deletes, { captures: ['ses_a'], due: isOpen(status) ? ['expire:ses_a'] : [] })
      t.equal(events.length, 1)
    }
  })
}

t.test('an expired session that has a result was captured', async t => {
  const before = session({ status: 'expired' })
  t.equal(redactSession('sandbox', 'ses_a', found(before, completeResult({}, before)), NOW).response.body.documents_removed, 3)
})

t.test('a session of the other environment is not found', async t => {
  for (const before of [undefined, session({ is_sandbox: false })]) {
    t.match(await errorOf(t, () => redactSession('sandbox', 'ses_a', found(before), NOW)), { statusCode: 404, detail: 'Session not found.' })
  }
})

t.test('several sessions are redacted in one step', async t => {
  const ids = ['open', 'none', 'done', 'old', 'live']
  const open = session({ id: 'open', ...personal })
  const done = session({ id: 'done', status: 'completed' })
  const old = session({ id: 'old', status: 'completed', retention_status: 'redacted' })
  const sessions = [open, undefined, done, old, session({ id: 'live', is_sandbox: false })]
  const result = completeResult({}, done)
  const { puts, deletes, events, response } = bulkRedactSessions('sandbox', ids, {
    sessions, results: [undefined, undefined, result, completeResult({}, old), undefined], links: sessions.map(() => undefined)
  }, NOW + 1)
  t.same(response, {
    status: 200,
    body: {
      total: 5,
      results: [
        { session_id: 'open', status: 'deleted', documents_removed: 0 },
        { session_id: 'none', status: 'not_found', documents_removed: 0 },
        { session_id: 'done', status: 'deleted', documents_removed: 3 },
        { session_id: 'old', status: 'already_redacted', documents_removed: 0 },
        { session_id: 'live', status: 'not_found', documents_removed: 0 }
      ]
    }
  })
  t.match(puts, {
    sessions: [{ id: 'open', status: 'expired', updated_at: later, metadata: {} }, { id: 'done', status: 'completed', updated_at: later }],
    results: [{ id: 'done', result: { extracted_data: {}, sensitive_data_expired: true } }]
  })
  t.equal(puts?.sessions?.length, 2)
  t.same(deletes, { captures: ['open', 'done'], due: ['expire:open'] })
  t.same(events.map(({ type, session_id: id, before }) => [type, id, before]), [['session.redacted', 'open', open], ['session.redacted', 'done', done]])
  t.same(bulkRedactSessions('sandbox', ['none'], found(undefined), NOW).events, [])
})

t.test('a session of either environment is redacted directly as by the operation, and returned', async t => {
  const link = { id: 'lnk_1', capture_url: 'http://mock/verify/cap_1', status: 'active', expires_at: later, created_at: later } as const
  for (const status of statuses) {
    for (const [environment, isSandbox] of [['live', false], ['sandbox', true]] as const) {
      const before = session({ ...personal, status, is_sandbox: isSandbox })
      const result = isOpen(status) ? undefined : completeResult({}, before)
      const links = { id: 'ses_a', links: [link] }
      const { response, ...decision } = redactDirectly(before, result, links, NOW + 1)
      const { response: _, ...expected } = redactSession(environment, 'ses_a', found(before, result, links), NOW + 1)
      t.same(decision, expected)
      t.same(response, { status: 200, body: expected.events[0]?.after })
    }
  }
  const before = session({ retention_status: 'redacted' })
  t.same(redactDirectly(before, undefined, undefined, NOW), { events: [], response: { status: 200, body: before } })
})
