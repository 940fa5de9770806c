import t from 'tap'
import { timestamp } from '../../src/contract/time.js'
import { completeResult } from '../../src/domain/fixtures/result-fixture.js'
import { expiriesAfter } from '../../src/domain/sessions/expiry.js'
import type { ResultStatus } from '../../src/domain/sessions/result.js'
import { isOpen, type Session, statuses, TOKEN_LIFETIME } from '../../src/domain/sessions/session.js'
import { setStatus, type StatusChange } from '../../src/domain/sessions/set-status.js'
import { errorOf, NOW, session } from './examples.js'

const URL = 'http://mock/verify/cap_new'
const LATER = NOW + 60_000
const parts = { now: LATER, newCaseId: () => 'case_new', newCaptureUrl: () => URL }

function set (before: Session, status: Session['status'], more: { current?: ResultStatus, result?: StatusChange['result'] } = {}) {
  const current = more.current === undefined ? undefined : completeResult({ status: more.current }, before)
  const { puts, deletes, events, response } = setStatus(before, current, { status, ...(more.result && { result: more.result }) }, parts)
  const after = puts?.sessions?.[0] as Session
  const [result, keeps] = [puts?.results?.[0]?.result, deletes?.results?.includes(before.id) === false]
  return { after, puts, deletes, event: events[0]?.type, events, response, result, keeps }
}

t.test('every status is reached from every status, and the fields fit it', async t => {
  for (const from of statuses) {
    for (const to of statuses) {
      const before = session({ status: from })
      const { after, puts, deletes, events, response } = set(before, to)
      t.match(after, { id: 'ses_a', status: to, updated_at: timestamp(LATER) }, `${from} to ${to}`)
      t.same([after.capture_url !== null, after.token_expires_at !== null], [isOpen(to), isOpen(to)])
      t.match(events, [{ session_id: 'ses_a', before, after }])
      t.same(response, { status: 200, body: after })
      t.same(deletes?.due, ['expire:ses_a'])
      t.same(puts?.due, expiriesAfter(LATER, [after]))
    }
    t.match(await errorOf(t, () => set(session({ status: from, retention_status: 'redacted' }), 'failed')),
      { code: 'validation_error', detail: 'Session has been redacted and cannot be updated.' })
  }
})

t.test('a session that is opened gets a token, and one that is open keeps its own', async t => {
  const expiresAt = timestamp(LATER + TOKEN_LIFETIME)
  const opened = set(session({ status: 'completed' }), 'capturing')
  t.match(opened.after, { capture_url: URL, token_expires_at: expiresAt })
  t.same(opened.puts?.tokens, [{ id: 'cap_new', session_id: 'ses_a', link_id: null }])
  t.match(set(session({ status: 'pending', capture_url: null, token_expires_at: null }), 'capturing').after, { capture_url: URL })
  const before = session({ status: 'pending' })
  const kept = set(before, 'capturing')
  t.match(kept.after, { capture_url: before.capture_url, token_expires_at: before.token_expires_at })
  t.equal(kept.puts?.tokens, undefined)
  const unlimited = session({ status: 'pending', token_expires_at: null })
  t.match(set(unlimited, 'capturing').after, { capture_url: unlimited.capture_url, token_expires_at: null })
})

t.test('a result that fits the status stays, and any other one is removed', async t => {
  for (const to of statuses) {
    for (const current of ['approved', 'rejected', 'needs_review'] as const) {
      const fits = to === (current === 'needs_review' ? 'under_review' : 'completed')
      t.equal(set(session({ status: 'failed' }), to, { current }).keeps, fits, `${current} in ${to}`)
    }
  }
})

t.test('a result that is given is completed', async t => {
  const before = session({ status: 'processing', country: 'DE' })
  t.match(set(before, 'completed', { result: { face_match_score: 0.5 } }).result,
    { status: 'approved', face_match_score: 0.5, country_used: 'DE', created_at: timestamp(LATER) })
  t.match(set(before, 'completed', { result: { status: 'rejected' }, current: 'approved' }).result, { status: 'rejected', face_match_score: 0.31 })
  t.match(set(before, 'under_review', { result: {} }).result, { status: 'needs_review', face_match_passed: null })
  t.equal(set(before, 'completed').result, undefined)
})

t.test('the event is the one that fits the status', async t => {
  const before = session({ status: 'processing' })
  const types = Object.fromEntries(statuses.map(status => [status, set(before, status).event]))
  const updated = 'session.updated'
  t.same(types, {
    pending: updated, capturing: 'session.started', processing: updated, completed: updated, expired: 'session.expired', failed: updated,
    awaiting_external: updated, under_review: 'session.requires-review', sandbox_pending: updated
  })
  t.equal(set(before, 'completed', { result: {} }).event, 'session.approved')
  t.equal(set(before, 'completed', { result: { status: 'rejected' } }).event, 'session.declined')
  t.equal(set(before, 'completed', { current: 'approved' }).event, 'session.approved')
  for (const status of ['capturing', 'expired', 'under_review', 'completed'] as const) {
    t.equal(set(session({ status }), status).event, updated, `${status} stays as it is`)
  }
  t.equal(set(session({ status: 'completed' }), 'completed', { result: {} }).event, 'session.approved')
})

t.test('a review opens a case, and a result closes it', async t => {
  t.match(set(session(), 'under_review').after, { case_id: 'case_new', case_status: 'open' })
  const reviewed = session({ status: 'under_review', case_id: 'case_1', case_status: 'escalated' })
  t.match(set(reviewed, 'under_review').after, { case_id: 'case_1', case_status: 'escalated' })
  t.match(set(reviewed, 'completed', { result: { status: 'rejected' } }).after, { case_id: 'case_1', case_status: 'rejected' })
  t.match(set(reviewed, 'completed').after, { case_id: 'case_1', case_status: 'escalated' }, 'nothing was decided')
})
