import t from 'tap'
import { checkFixtureRules, checkFixtures, completeSession, newSessionId } from '../../src/domain/fixtures/fixture.js'
import { FixtureSet } from '../../src/domain/fixtures/fixture-set.js'
import { retentionStatuses, Session, statuses } from '../../src/domain/sessions/session.js'
import { checkOf } from '../../src/contract/validation.js'
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
  t.not(newSessionId(), newSessionId())
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
