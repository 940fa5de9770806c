import t from 'tap'
import { completeSession } from '../../src/sessions/fixtures.js'
import { bundledFixtures } from '../../src/own-package.js'
import { FixtureError, readFixtures } from '../../src/sessions/fixture-files.js'
import { retentionStatuses, Session, statuses } from '../../src/sessions/session.js'
import { compileCheck } from '../../src/validation.js'

const NOW = Date.parse('2026-03-01T12:00:00.000Z')

t.test('the sessions that come with the mock', async t => {
  const sessions = readFixtures(bundledFixtures).map(fixture => completeSession(fixture, NOW))
  const of = (isSandbox: boolean) => sessions.filter(session => session.is_sandbox === isSandbox)
  t.ok(sessions.length >= 12)
  t.ok(of(true).length > 0 && of(false).length > 0, 'both environments')
  t.same([...new Set(sessions.map(({ status }) => status))].sort(), [...statuses].sort(), 'every status')
  t.same([...new Set(sessions.map(session => session.retention_status))].sort(), [...retentionStatuses].sort(), 'every retention status')
  for (const field of Object.keys(Session.properties) as (keyof Session)[]) {
    if (sessions.some(session => session[field] === null)) {
      t.ok(sessions.some(session => session[field] !== null), `${field} with and without null`)
    }
  }
  const ids = sessions.map(({ id }) => id)
  for (const id of ['ses_pending', 'ses_completed', 'ses_redacted', 'ses_live_pending']) t.ok(ids.includes(id), id)
  const check = compileCheck(Session)
  for (const session of sessions) {
    t.same(check(session), [], `${session.id} is a session`)
    t.same(Object.keys(session), Object.keys(Session.properties), `${session.id} has its fields in order`)
  }
})

t.test('what a fixture leaves out has a default', async t => {
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
  t.match(completeSession({ id: 'a', status: 'completed' }, NOW, 'live'),
    { is_sandbox: false, environment: 'env_live', capture_url: null, token_expires_at: null })
  t.match(completeSession({ is_sandbox: true, environment: 'env_mine', processing_attempts: null, retention_status: null }, NOW, 'live'),
    { is_sandbox: true, environment: 'env_mine', processing_attempts: null, retention_status: null }, 'what it gives it has')
  t.match(completeSession({ environment: 'env_live' }, NOW), { is_sandbox: false })
  t.match(completeSession({ environment: 'env_sandbox' }, NOW, 'live'), { is_sandbox: true })
  t.match(completeSession({ created_at: '2026-01-01T01:00:00+01:00', token_expires_at: '2026-01-01T02:00:00.5+01:00' }, NOW),
    { created_at: '2026-01-01T00:00:00.000Z', updated_at: '2026-01-01T00:00:00.000Z', token_expires_at: '2026-01-01T01:00:00.500Z' },
    'times are told in UTC')
  t.match(completeSession({ capture_url: null, token_expires_at: null }, NOW), { capture_url: null, token_expires_at: null })
  t.same(completeSession({ metadata: { a: null, b: 1 } }, NOW).metadata, { b: 1 }, 'a key set to null is not there')
})

t.test('files and folders', async t => {
  const dir = t.testdir({
    'one.json': '\uFEFF{"id":"a"}',
    'list': { 'b.json': '[{"id":"b1"},{"id":"b2"}]', 'a.json': '{"id":"a1"}', 'notes.txt': 'no JSON' },
    'none.json': '[]'
  })
  const ids = (path: string) => readFixtures(`${dir}/${path}`).map(({ id }) => id)
  t.same(ids('one.json'), ['a'])
  t.same(ids('list'), ['a1', 'b1', 'b2'], 'by the names of the files')
  t.same(ids('none.json'), [])
})

t.test('bad fixtures are told with file, session and field, all at once', async t => {
  const dir = t.testdir({
    bad: {
      'a.json': JSON.stringify([
        { id: 'ses_a' },
        { id: 'ses_b', status: 'done', statuss: 'x', tags: 'vip' },
        { id: 'ses_c', created_at: 'yesterday', metadata: { big: 'x'.repeat(16_384) } }
      ]),
      'b.json': '{"id":',
      'd.json': 'null',
      'c.json': '[7, {"is_sandbox":"yes"}, {"updated_at":"2016-12-31T23:59:60Z"}]'
    },
    rules: {
      'a.json': '[{"id":"x"},{"status":"failed","capture_url":"https://a.example"},{"tags":1},{"environment":"env_live","is_sandbox":true}]',
      'b.json': '{"id":"x"}'
    },
    empty: {}
  })
  const complaint = (path: string) => {
    try {
      readFixtures(`${dir}/${path}`)
      return []
    } catch (error) {
      t.ok(error instanceof FixtureError)
      return (error as Error).message.replaceAll(`${dir}/`, '').split('\n')
    }
  }
  const [json, ...fields] = complaint('bad')
  t.match(json, /^bad\/b\.json: .*JSON/)
  t.same(fields, [
    'bad/a.json: session 2 (ses_b): statuss is not a field here; the fields are id, status, is_sandbox, environment, created_at, ' +
    'updated_at, external_ref, metadata, country, checks, workflow_id, document_type, retention_status, processing_attempts, ' +
    'consent_ip, capture_url, token_expires_at, case_id, case_status, tags',
    'bad/a.json: session 2 (ses_b): status must be one of: pending, capturing, processing, completed, expired, failed, ' +
    'awaiting_external, under_review, sandbox_pending',
    'bad/a.json: session 2 (ses_b): tags must be a list',
    'bad/a.json: session 3 (ses_c): created_at must be a date and time, as 2026-01-01T12:00:00.000Z',
    'bad/a.json: session 3 (ses_c): metadata.big must have at most 16384 bytes as compact JSON',
    'bad/c.json: session 1: must be a JSON object',
    'bad/c.json: session 2: is_sandbox must be true or false',
    'bad/c.json: session 3: updated_at must be a date and time, as 2026-01-01T12:00:00.000Z',
    'bad/d.json: session 1: must be a JSON object'
  ])
  t.same(complaint('rules'), [
    'rules/a.json: session 3: tags must be a list',
    'rules/a.json: session 2: capture_url must be null unless the status is pending or capturing',
    'rules/a.json: session 4: is_sandbox must be false in env_live',
    'rules/b.json: session 1 (x): id is also the id of a session before it: x'
  ])
  t.match(complaint('empty'), [/^empty: this folder has no \*\.json file\./])
  t.match(complaint('nowhere'), [/^nowhere: ENOENT/])
})
