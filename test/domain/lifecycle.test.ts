import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { timestamp } from '../../src/contract/time.js'
import type { Decision } from '../../src/domain/decision.js'
import { FixtureSet, type NamedFixture } from '../../src/domain/fixtures/fixture-set.js'
import { addSessions, removeSession } from '../../src/domain/sessions/direct.js'
import { expireSession } from '../../src/domain/sessions/expire.js'
import { expiriesAfter, expiryOf, SESSION_EXPIRE, sessionExpiry } from '../../src/domain/sessions/expiry.js'
import { lifecycle, transition } from '../../src/domain/sessions/lifecycle.js'
import { qrCodeDataUrl } from '../../src/domain/sessions/qr-code.js'
import { resumeSession } from '../../src/domain/sessions/resume.js'
import { isOpen, type Session, type SessionStatus, statuses, TOKEN_LIFETIME } from '../../src/domain/sessions/session.js'
import { type SimulatedAction, simulateSession } from '../../src/domain/sessions/simulate.js'
import { simulatedResult } from '../../src/domain/sessions/simulated-result.js'
import { submitSession } from '../../src/domain/sessions/submit.js'
import type { Workspace } from '../../src/domain/workspace.js'
import { dueItem, errorOf, memoryStore, NOW, session } from './examples.js'
import { Machine } from './machine.js'
import { workspaceOf } from './workspace-of.js'

const URL = 'http://mock/verify/cap_1'
const LATER = NOW + 60_000
const open = ['pending', 'capturing']
const active = [...open, 'processing', 'awaiting_external', 'under_review', 'sandbox_pending']

// what the design says, not what the table in the code says
type Row = [name: string, run: (session: Session) => Decision, from: string[], to: SessionStatus, refusal: number, verb: string]
const operations: Row[] = [
  ['resume', before => resumeSession(before, URL, LATER), [...open, 'expired', 'failed'], 'pending', 400, 'resumed'],
  ['expire', before => expireSession(before, LATER), active, 'expired', 400, 'expired'],
  ['submit', before => submitSession(before, LATER), open, 'sandbox_pending', 422, 'submitted'],
  ...([['approve', 'completed'], ['decline', 'completed'], ['require-review', 'under_review'], ['expire', 'expired']] as const)
    .map(([action, to]): Row =>
      [`simulate ${action}`, before => simulateSession(before, action, () => 'case_new', LATER), active, to, 400, 'simulated'])
]

for (const [name, run, from, to, refusal, verb] of operations) {
  t.test(`${name} takes the statuses of its row, and refuses all others`, async t => {
    for (const status of statuses) {
      const before = session({ status })
      if (from.includes(status)) {
        const { puts, response } = run(before)
        const after = puts?.sessions?.[0]
        t.match(after, { id: 'ses_a', status: to, updated_at: timestamp(LATER), created_at: before.created_at }, status)
        t.match(response, { status: 200, body: { id: 'ses_a', status: to } })
      } else {
        const code = refusal === 400 ? 'bad_request' : 'validation_error'
        t.match(await errorOf(t, () => run(before)), { code, statusCode: refusal, detail: `Session is ${status} and cannot be ${verb}.` })
      }
      const redacted = await errorOf(t, () => run(session({ status, retention_status: 'redacted' })))
      t.match(redacted, { statusCode: refusal, detail: `Session is redacted and cannot be ${verb}.` })
    }
  })
}

t.test('a live session that is submitted is processed, and one of the sandbox waits for an outcome', async t => {
  const live = session({ is_sandbox: false })
  t.match(submitSession(live, LATER).response.body, { status: 'processing', is_sandbox: false, message: 'Session submitted for processing.' })
  t.equal(transition('submit', live), 'processing')
  const message = 'Session submitted. Simulate an outcome to complete it.'
  t.same(submitSession(session(), LATER).response.body, { id: 'ses_a', status: 'sandbox_pending', is_sandbox: true, message })
})

t.test('a resume gives a new token for 20 minutes, and what was decided before is gone', async t => {
  const before = session({ status: 'failed', external_ref: 'a', metadata: { a: 1 } })
  const { puts, deletes, events, response } = resumeSession(before, URL, LATER)
  const expiresAt = '2026-03-01T12:21:00.000Z'
  const after = { ...before, status: 'pending' as const, updated_at: timestamp(LATER), capture_url: URL, token_expires_at: expiresAt }
  t.same(puts, {
    sessions: [after],
    tokens: [{ id: 'cap_1', session_id: 'ses_a', link_id: null }],
    due: [{ id: 'expire:ses_a', at: LATER + TOKEN_LIFETIME, type: 'session.expire', subject: 'ses_a' }]
  })
  t.same(deletes, { results: ['ses_a'] })
  t.same(events, [{ type: 'session.updated', session_id: 'ses_a', before, after }])
  t.same(response.body, { id: 'ses_a', status: 'pending', capture_url: URL, expires_at: expiresAt, qr_code_data_url: qrCodeDataUrl(URL) })
})

t.test('whatever closes a session takes its token and cancels its expiry', async t => {
  const cases: [run: (session: Session) => Decision, event: string][] = [
    [before => expireSession(before, LATER), 'session.expired'],
    [before => submitSession(before, LATER), 'session.updated'],
    ...([['approve', 'session.approved'], ['decline', 'session.declined'], ['require-review', 'session.requires-review'], ['expire', 'session.expired']] as const)
      .map(([action, event]): [(session: Session) => Decision, string] => [before => simulateSession(before, action, () => 'case_new', LATER), event])
  ]
  for (const [run, type] of cases) {
    const before = session()
    const { puts, deletes, events } = run(before)
    const after = puts?.sessions?.[0]
    t.match(after, { capture_url: null, token_expires_at: null })
    t.strictSame(deletes?.due, ['expire:ses_a'])
    t.same(events, [{ type, session_id: 'ses_a', before, after }])
  }
  t.same(expireSession(session(), LATER).response.body, { id: 'ses_a', status: 'expired', expired_at: timestamp(LATER) })
})

t.test('a simulated outcome has a result with the values of the vendor\'s testing page', async t => {
  const before = session({ country: 'DE', checks: ['document', 'age'] })
  const resultOf = (action: SimulatedAction) => simulateSession(before, action, () => 'case_new', LATER).puts?.results?.[0]?.result
  const common = { session_id: 'ses_a', is_sandbox: true, created_at: timestamp(LATER), processing_mode: 'workflow', country_used: 'DE', sensitive_data_expired: false }
  const data = { first_name: 'Jane', last_name: 'Doe', date_of_birth: '1997-06-15', document_type: 'drivers_license' }
  const checks = (status: string) => ({ document: { status }, age: { status } })
  t.same(resultOf('approve'), {
    ...common, status: 'approved', face_match_passed: true, face_match_score: 0.95, age_check_passed: true, extracted_age: 28, extracted_data: data,
    rejection_reason: null, rejection_reason_code: null, check_results: checks('passed')
  })
  t.same(resultOf('decline'), {
    ...common, status: 'rejected', face_match_passed: false, face_match_score: 0.31, age_check_passed: null, extracted_age: null, extracted_data: {},
    rejection_reason: 'Document could not be read.', rejection_reason_code: 'document_unreadable', check_results: checks('failed')
  })
  t.same(resultOf('require-review'), {
    ...common, status: 'needs_review', face_match_passed: null, face_match_score: null, age_check_passed: null, extracted_age: 28, extracted_data: data,
    rejection_reason: null, rejection_reason_code: null, check_results: checks('needs_review')
  })
  t.equal(resultOf('expire'), undefined)
  t.match(simulatedResult(session(), 'approved', NOW), { country_used: null, check_results: null })
  t.same(simulateSession(before, 'expire', () => '', LATER).deletes?.results, ['ses_a'], 'nor is that of a review left')
  t.same(simulateSession(before, 'approve', () => '', LATER).response.body, { id: 'ses_a', action: 'approve', status: 'completed', simulated: true })
})

t.test('a review opens a case, and a decision closes it', async t => {
  const caseOf = (before: Session, action: SimulatedAction) => {
    const after = simulateSession(before, action, () => 'case_new', LATER).puts?.sessions?.[0]
    return [after?.case_id, after?.case_status]
  }
  const underReview = session({ status: 'under_review', case_id: 'case_1', case_status: 'in_review' })
  t.same(caseOf(session(), 'require-review'), ['case_new', 'open'])
  t.same(caseOf(underReview, 'require-review'), ['case_1', 'open'])
  t.same(caseOf(underReview, 'approve'), ['case_1', 'approved'])
  t.same(caseOf(underReview, 'decline'), ['case_1', 'rejected'])
  t.same(caseOf(underReview, 'expire'), ['case_1', 'in_review'])
  t.same(caseOf(session({ status: 'under_review' }), 'approve'), [null, 'approved'])
  t.same(caseOf(session({ status: 'processing', case_id: 'case_1', case_status: 'escalated' }), 'approve'), ['case_1', 'approved'])
  t.same(caseOf(session(), 'approve'), [null, null], 'without a review there is no case')
})

t.test('an open session expires when its token runs out, and no other', async t => {
  const item = { id: 'expire:ses_a', at: NOW + TOKEN_LIFETIME, type: SESSION_EXPIRE, subject: 'ses_a' }
  const before = session({ status: 'capturing' })
  t.same(expiryOf(before), item)
  for (const fixture of [{ status: 'completed' }, { token_expires_at: null }, { retention_status: 'redacted' }] as const) {
    t.equal(expiryOf(session(fixture)), undefined)
    t.same(sessionExpiry.decide(item, { sessions: [session(fixture)] }), {})
  }
  const after = { ...before, status: 'expired' as const, updated_at: '2026-03-01T12:20:00.000Z', capture_url: null, token_expires_at: null }
  t.same(sessionExpiry.decide(item, { sessions: [before] }),
    { puts: { sessions: [after] }, events: [{ type: 'session.expired', session_id: 'ses_a', before, after }] })
  t.same(sessionExpiry.decide(item, { sessions: [undefined] }), {}, 'the session is gone')
  t.same(sessionExpiry.decide({ ...item, at: item.at - 1 }, { sessions: [before] }), {}, 'the token is another one')
  const updated = session({ updated_at: '2026-03-01T12:20:00.001Z' })
  t.match(sessionExpiry.decide(item, { sessions: [updated] }).puts?.sessions, [{ updated_at: updated.updated_at }], 'the time does not go back')
  t.same(expiriesAfter(item.at - 1, [before]), [item])
  t.same(expiriesAfter(item.at, [before]), [], 'it had run out before')
})

const minutes = fc.integer({ min: -25, max: 3 }).map(minutes => timestamp(NOW + TOKEN_LIFETIME + minutes * 60_000))
const tokens = fc.option(minutes, { nil: undefined })
const fixture = fc.record({
  status: fc.constantFrom(...statuses),
  created_at: fc.option(fc.constantFrom(NOW - 1, NOW - TOKEN_LIFETIME, NOW - TOKEN_LIFETIME + 1).map(timestamp), { nil: undefined }),
  token_expires_at: tokens
}).map(({ status, token_expires_at: token, created_at: created }) => ({
  status, ...(created !== undefined && { created_at: created }), ...(token !== undefined && isOpen(status) && { token_expires_at: token })
}))

t.test('worlds share the expiries of fixtures: those that are to come, in order', async () => {
  const ids = fc.uniqueArray(fc.stringMatching(/^[a-c!~,]{1,3}$/), { maxLength: 12 })
  await fc.assert(fc.asyncProperty(ids, fc.array(fixture, { minLength: 12, maxLength: 12 }), async (ids, parts) => {
    const fixtures = ids.map((id, index): NamedFixture => ({ id, ...parts[index] }))
    const set = new FixtureSet(fixtures)
    const base = set.sessionsAt(NOW)
    const expected = expiriesAfter(NOW, ids.map(id => base.get(id) as Session))
      .sort((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1))
    const due = set.expiriesAt(NOW)
    assert.deepEqual([...due.inOrder()], expected)
    assert.deepEqual([...due.ids()], expected.map(({ id }) => id))
    assert.equal(due.size, expected.length)
    for (const id of ids.map(id => `expire:${id}`)) {
      const item = expected.find(item => item.id === id)
      assert.deepEqual([due.has(id), due.get(id)], [item !== undefined, item])
    }

    // a store that begins with them takes them out like one in which they were put
    const store = memoryStore({ due })
    const own = memoryStore()
    await own.transact({}, () => ({ puts: { due: expected } }))
    const some = expected.filter((_, index) => index % 3 === 0)
    const moved = expected.filter((_, index) => index % 3 === 1).map(item => ({ ...item, at: item.at + (item.id.length % 3 - 1) * 90_000 }))
    for (const one of [store, own]) {
      await one.transact({}, () => ({ deletes: { due: some.map(({ id }) => id) }, puts: { due: [...moved, dueItem('other', NOW + 1)] } }))
    }
    for (let left = await own.count('due'); left >= 0; left--) {
      const first = await own.firstDue()
      assert.deepEqual([await store.firstDue(), await store.count('due')], [first, left])
      for (const one of [store, own]) await one.transact({}, () => ({ deletes: { due: [String(first?.id)] } }))
    }
  }))
})

const statusesIn = async ({ world }: Workspace) => Object.fromEntries((await world.store.list('sessions')).map(({ id, status }) => [id, status]))

t.test('sessions of fixtures expire on the clock of their workspace, unless their token ran out before it began', async t => {
  const workspace = workspaceOf([
    { id: 'undated' }, { id: 'old', created_at: '2026-01-01T00:00:00Z' }, { id: 'soon', created_at: '2026-01-01T00:00:00Z', token_expires_at: '2026-03-01T12:00:01Z' }
  ])
  await workspace.world.timeline.moveTo({ set: NOW + 1000 })
  t.same(await statusesIn(workspace), { undated: 'pending', old: 'pending', soon: 'expired' })
  await workspace.world.timeline.moveTo({ set: NOW + TOKEN_LIFETIME - 1 })
  t.match(await statusesIn(workspace), { undated: 'pending' })
  await workspace.world.timeline.moveTo({ set: NOW + 10 * TOKEN_LIFETIME })
  t.same(await statusesIn(workspace), { undated: 'expired', old: 'pending', soon: 'expired' })
  t.equal(await workspace.world.store.count('due'), 0)
  await workspace.reset()
  t.same(await statusesIn(workspace), { undated: 'pending', old: 'pending', soon: 'pending' })
})

t.test('sessions that a test adds, removes or reads again expire, too', async t => {
  const workspace = workspaceOf([{ id: 'a' }, { id: 'b' }, { id: 'c' }])
  const { store, timeline } = workspace.world
  await addSessions(store, { sessions: [session({ id: 'seeded' }), session({ id: 'old', created_at: '2026-01-01T00:00:00Z' })] })
  await removeSession(store, 'a')
  await workspace.refresh({ outdated: ['b'], updated: [{ id: 'c', created_at: timestamp(NOW + 1) }, { id: 'd' }] })
  const due = (await store.list('due')).map(({ id, at }) => [id, at - NOW - TOKEN_LIFETIME])
  t.same(due.sort(), [['expire:c', 1], ['expire:d', 0], ['expire:seeded', 0]])
  await timeline.moveTo({ advance: TOKEN_LIFETIME })
  t.same(await statusesIn(workspace), { c: 'pending', d: 'expired', seeded: 'expired', old: 'pending' })
})

t.test('a saved state has no expiries: they follow from its sessions', async t => {
  const workspace = workspaceOf([{ id: 'ses_a' }, { id: 'ses_b' }])
  await workspace.world.store.transact({}, () => ({ puts: { due: [dueItem('d', NOW + 1)] } }))
  const saved = await workspace.save()
  t.match(saved.timeline, [{ id: 'd' }])
  t.equal(saved.timeline?.length, 1)
  await workspace.restore({ ...saved, timeline: [{ id: 'expire:ses_b', at: timestamp(NOW + 5), type: SESSION_EXPIRE, subject: 'ses_b' }] })
  t.equal(await workspace.world.store.count('due'), 2)
  await workspace.world.timeline.moveTo({ advance: TOKEN_LIFETIME - 1 })
  t.same(await statusesIn(workspace), { ses_a: 'pending', ses_b: 'pending' }, 'an item whose time is not that of the token does nothing')
})

t.test('while the clock runs, a timer expires the session', async t => {
  const machine = new Machine(t)
  const workspace = workspaceOf([{ id: 'ses_a' }])
  await workspace.world.clock.freeze(false)
  await machine.pass(TOKEN_LIFETIME - 1)
  t.match(await statusesIn(workspace), { ses_a: 'pending' })
  await machine.pass(1)
  t.match(await statusesIn(workspace), { ses_a: 'expired' })
})

t.test('every operation of the table has its error, but for time', async t => {
  t.same(Object.entries(lifecycle).filter(([, { refusal }]) => refusal === undefined).map(([name]) => name), ['time'])
})
