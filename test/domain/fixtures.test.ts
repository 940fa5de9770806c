import t from 'tap'
import { checkFixtureRules, checkFixtures, completeSession } from '../../src/domain/fixtures/fixture.js'
import { newId } from '../../src/domain/new-id.js'
import { FixtureSet } from '../../src/domain/fixtures/fixture-set.js'
import { retentionStatuses, Session, statuses } from '../../src/domain/sessions/session.js'
import { checkOf } from '../../src/contract/validation.js'
import { completeResult } from '../../src/domain/fixtures/result-fixture.js'
import { SessionResult } from '../../src/domain/sessions/result.js'
import { bundledFixtures } from '../../src/own-package.js'
import { readFixtures } from '../../src/stores/fixture-files.js'
import { NOW } from './examples.js'

t.test('the bundled sessions cover every status, both environments and every field', async t => {
  const sessions = readFixtures(bundledFixtures, {}).fixtures.map(fixture => completeSession(fixture, NOW))
  t.ok(sessions.length >= 12)
  t.same(new Set(sessions.map(({ is_sandbox: isSandbox }) => isSandbox)), new Set([true, false]))
  t.same(sessions.map(({ status }) => status).filter((status, index, all) => all.indexOf(status) === index).sort(), [...statuses].sort())
  t.same([...new Set(sessions.map(session => session.retention_status))].sort(), [...retentionStatuses].sort())
  for (const field of Object.keys(Session.properties) as (keyof Session)[]) {
    t.ok(sessions.some(session => session[field] !== null), `${field} has a value somewhere`)
  }
  const ids = sessions.map(({ id }) => id)
  for (const id of ['ses_pending', 'ses_completed', 'ses_redacted', 'ses_live_pending']) t.ok(ids.includes(id), id)
  for (const session of sessions) {
    t.same(checkOf(Session)(session), [], `${session.id} is a session`)
    t.same(Object.keys(session), Object.keys(Session.properties), `${session.id} has its fields in order`)
  }
})

t.test('a field that a fixture leaves out has a default', async t => {
  t.match(completeSession({}, NOW), {
    id: /^ses_[0-9a-f]{20}$/,
    status: 'pending',
    is_sandbox: true,
    environment: 'env_sandbox',
    created_at: '2026-03-01T12:00:00.000Z',
    updated_at: '2026-03-01T12:00:00.000Z',
    external_ref: null,
    metadata: {},
    retention_status: 'active',
    processing_attempts: 0,
    capture_url: /^https:\/\/capture\.verifa\.example\/ses_/,
    token_expires_at: '2026-03-01T12:20:00.000Z',
    tags: []
  })
  t.match(completeSession({ id: 'a', status: 'completed' }, NOW), { capture_url: null, token_expires_at: null })
  t.not(newId('ses_'), newId('ses_'))
})

t.test('a field that a fixture has stays, with times in UTC', async t => {
  const given = { capture_url: null, token_expires_at: null, processing_attempts: null, retention_status: null, checks: ['x'], tags: ['y'] }
  t.match(completeSession(given, NOW), given)
  t.match(completeSession({ created_at: '2026-01-01T01:00:00+01:00', token_expires_at: '2026-01-01T02:00:00.5+01:00' }, NOW),
    { created_at: '2026-01-01T00:00:00.000Z', updated_at: '2026-01-01T00:00:00.000Z', token_expires_at: '2026-01-01T01:00:00.500Z' })
  t.match(completeSession({ updated_at: '2026-01-02T01:00:00+01:00' }, NOW), { updated_at: '2026-01-02T00:00:00.000Z' })
  t.same(completeSession({ metadata: { a: null, b: { c: null } } }, NOW).metadata, { b: { c: null } }, 'a key set to null is left out')
})

t.test('the environment is that of is_sandbox, else of its ID, else that of the API key, else the sandbox', async t => {
  const live = { is_sandbox: false, environment: 'env_live' }
  const sandbox = { is_sandbox: true, environment: 'env_sandbox' }
  t.match(completeSession({}, NOW, 'live'), live)
  t.match(completeSession({ is_sandbox: true }, NOW, 'live'), sandbox)
  t.match(completeSession({ is_sandbox: false }, NOW), live)
  t.match(completeSession({ environment: 'env_live' }, NOW), live)
  t.match(completeSession({ environment: 'env_sandbox' }, NOW, 'live'), sandbox)
  t.match(completeSession({ environment: 'env_mine' }, NOW, 'live'), { is_sandbox: false, environment: 'env_mine' })
})

t.test('fixtures are checked for what their schema cannot say', async t => {
  const fixtures = [
    { id: 'x' },
    { id: 'y', status: 'failed', capture_url: 'https://a.example', token_expires_at: '2026-01-01T00:00:00Z' },
    { environment: 'env_live', is_sandbox: true },
    { id: 'x' },
    { environment: 'env_sandbox', is_sandbox: true, status: 'expired', capture_url: null },
    { environment: 'env_mine', is_sandbox: true }
  ] as const
  const problems = [
    { loc: [1, 'capture_url'], msg: 'must be null unless the status is pending or capturing', type: 'value_error' },
    { loc: [1, 'token_expires_at'], msg: 'must be null unless the status is pending or capturing', type: 'value_error' },
    { loc: [2, 'is_sandbox'], msg: 'must be false in env_live', type: 'value_error' },
    { loc: [3, 'id'], msg: 'is the ID of an earlier session, too: x', type: 'value_error' }
  ]
  t.same(checkFixtures(fixtures), problems)
  t.same(checkFixtureRules(fixtures, ['body']), problems.map(problem => ({ ...problem, loc: ['body', ...problem.loc] })))
  t.same(checkFixtureRules(fixtures[2], ['body']), [{ loc: ['body', 'is_sandbox'], msg: 'must be false in env_live', type: 'value_error' }])
  t.same(checkFixtures([null, { idd: 1, capture_url: 'x', status: 'failed' }], ['body']).map(({ loc }) => loc), [['body', 0], ['body', 1, 'idd']],
    'the rules are those of fixtures whose form is right')
})

t.test('worlds share the sessions of fixtures', async t => {
  const set = new FixtureSet([{ id: 'dated', created_at: '2026-01-01T00:00:00Z' }, { id: 'undated' }, { id: '__proto__' }])
  const [early, late] = [set.sessionsAt(0), set.sessionsAt(NOW)]
  t.equal(early.get('dated'), late.get('dated'))
  t.same([early, late].map(base => base.get('undated')?.created_at), ['1970-01-01T00:00:00.000Z', '2026-03-01T12:00:00.000Z'])
  t.same([...late.ids()], ['dated', 'undated', '__proto__'])
  t.same([late.size, late.has('undated'), late.has('toString'), late.get('toString')], [3, true, false, undefined])
})

t.test('a result that a fixture gives is completed with the values of a simulated one', async t => {
  const session = completeSession({ id: 'a', status: 'completed', updated_at: '2026-01-01T00:00:00Z', country: 'DE', checks: ['document'] }, NOW)
  const approved = {
    session_id: 'a',
    status: 'approved',
    is_sandbox: true,
    created_at: '2026-01-01T00:00:00.000Z',
    face_match_passed: true,
    face_match_score: 0.95,
    age_check_passed: true,
    extracted_age: 28,
    extracted_data: { first_name: 'Jane', last_name: 'Doe', date_of_birth: '1997-06-15', document_type: 'drivers_license' },
    rejection_reason: null,
    processing_mode: 'workflow',
    country_used: 'DE',
    sensitive_data_expired: false,
    rejection_reason_code: null,
    check_results: { document: { status: 'passed' } }
  }
  t.same(completeResult({}, session), { id: 'a', result: approved })
  t.same(Object.keys(completeResult({ status: 'approved' }, session).result), Object.keys(SessionResult.properties))
  t.match(completeResult({ status: 'rejected' }, session).result, {
    face_match_passed: false, face_match_score: 0.31, rejection_reason: 'Document could not be read.', rejection_reason_code: 'document_unreadable',
    extracted_age: null, extracted_data: {}, check_results: { document: { status: 'failed' } }
  })
  t.match(completeResult({ status: 'needs_review' }, completeSession({}, NOW)).result,
    { face_match_passed: null, face_match_score: null, age_check_passed: null, check_results: null })
  t.same(completeResult({ created_at: '2026-01-01T01:00:00+02:00', extracted_age: null, session_id: 'a' }, session).result,
    { ...approved, created_at: '2025-12-31T23:00:00.000Z', extracted_age: null })
  for (const retention of ['redacted', 'sensitive_redacted'] as const) {
    const redacted = completeSession({ retention_status: retention }, NOW)
    t.match(completeResult({}, redacted).result, { extracted_data: {}, sensitive_data_expired: true }, retention)
    t.match(completeResult({ sensitive_data_expired: false }, redacted).result, { sensitive_data_expired: false })
  }
})

t.test('a result is checked together with its session', async t => {
  const wrong: [fixture: object, loc: string, msg: string][] = [
    [{ result: {} }, 'result', 'must be left out while the status is pending or capturing'],
    [{ status: 'capturing', result: { session_id: 'x' } }, 'result', 'must be left out while the status is pending or capturing'],
    [{ id: 'a', status: 'failed', result: { session_id: 'b' } }, 'result.session_id', 'must be the id of the session'],
    [{ status: 'failed', result: { session_id: 'b' } }, 'result.session_id', 'must be the id of the session'],
    [{ status: 'failed', is_sandbox: false, result: { is_sandbox: true } }, 'result.is_sandbox', 'must be false, as in the session'],
    [{ status: 'failed', environment: 'env_sandbox', result: { is_sandbox: false } }, 'result.is_sandbox', 'must be true, as in the session'],
    [{ status: 'failed', result: { status: 'open' } }, 'result.status', 'must be one of: approved, rejected, needs_review'],
    [{ status: 'failed', result: { face_match_score: 2 } }, 'result.face_match_score', 'must be 1 or less']
  ]
  for (const [fixture, loc, msg] of wrong) {
    t.match(checkFixtures([fixture]).map(({ loc, msg }) => [loc.slice(1).join('.'), msg]), [[loc, msg]], JSON.stringify(fixture))
  }
  const right = [{ status: 'failed', result: { is_sandbox: false } }, { id: 'a', status: 'expired', is_sandbox: true, result: { session_id: 'a', is_sandbox: true } }]
  t.same(checkFixtures(right), [])
})

t.test('worlds share the results of fixtures', async t => {
  const set = new FixtureSet([
    { id: 'dated', status: 'completed', created_at: '2026-01-01T00:00:00Z', result: {} }, { id: 'undated', status: 'failed', result: {} }, { id: 'none' }
  ])
  const [early, late] = [set.resultsAt(0), set.resultsAt(NOW)]
  t.equal(early.get('dated'), late.get('dated'))
  t.same([early, late].map(base => base.get('undated')?.result.created_at), ['1970-01-01T00:00:00.000Z', '2026-03-01T12:00:00.000Z'])
  t.same([[...late.ids()], late.size, late.has('dated'), late.has('none'), late.get('none')], [['dated', 'undated'], 2, true, false, undefined])
})
