import { execFileSync } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { Type } from '@sinclair/typebox'
import fc from 'fast-check'
import t from 'tap'
import { FixtureSet } from '../../src/domain/fixtures/fixture-set.js'
import { Session } from '../../src/domain/sessions/session.js'
import { FixtureError, type FixtureSource, readFixtures } from '../../src/stores/fixture-files.js'
import { session } from '../domain/examples.js'
import { delivery } from '../domain/webhook-examples.js'

const results = { updateSession: Session, deleteSession: Type.Null() }
const read = (source: unknown) => readFixtures(source as FixtureSource, results)
const idsOf = (source: unknown) => read(source).fixtures.map(({ id }) => id)

/** The lines of the error that fixtures end in, without the folder's own path. */
function complaints (source: unknown, dir = ''): string[] {
  try {
    read(source)
  } catch (error) {
    if (error instanceof FixtureError) return error.message.replaceAll(`${dir}/`, '').split('\n')
    throw error
  }
  return []
}

const key = {
  key: 'k', api_key: 'vk_live_…', api_key_digest: 'd', operation: 'updateSession', session_id: 'ses_a',
  first_seen_at: '2026-03-01T12:00:00.000Z', replays: 0, result: { status: 200, body: session() }
}

t.test('a file holds a session, a list or a state, and a folder all its *.json files', async t => {
  const dir = t.testdir({
    'one.json': '\uFEFF{"id":"a"}',
    'list': { 'b.json': '[{"id":"b1"},{"id":"b2"}]', 'a.json': '{"id":"a1"}', 'c.json': '{"sessions":[{"id":"c1"}]}', 'notes.txt': 'no JSON' },
    'none.json': '[]',
    'state': JSON.stringify({ sessions: [] })
  })
  t.same(idsOf(`${dir}/one.json`), ['a'])
  t.same(idsOf(`${dir}/list`), ['a1', 'b1', 'b2', 'c1'], 'in the order of their names')
  t.same(idsOf(`${dir}/none.json`), [])
  t.same(idsOf(`${dir}/state`), [])
  symlinkSync(`${dir}/one.json`, `${dir}/list/link.json`)
  t.same(idsOf(`${dir}/list`).at(-1), 'a')
})

t.test('in code, fixtures are a session, a list or a state', async t => {
  t.same(idsOf({ id: 'a' }), ['a'])
  t.same(idsOf([{ id: 'a' }, { id: 'b' }]), ['a', 'b'])
  t.same(read({ sessions: [{ id: 'a' }] }), { fixtures: [{ id: 'a' }], idempotency_keys: [], timeline: [] })
  t.same(idsOf([]), [])
  const mine = { id: 'a', metadata: { list: [1] }, external_ref: undefined }
  const [fixture] = read(mine).fixtures
  t.same(fixture, { id: 'a', metadata: { list: [1] } }, 'what JSON does not have is left out')
  mine.metadata.list.push(2)
  t.same(fixture?.metadata, { list: [1] }, 'later changes of the object change nothing')
  t.same(read({ id: 'a', metadata: { gone: undefined, at: new Date(0) } }).fixtures[0]?.metadata, { at: '1970-01-01T00:00:00.000Z' })
})

t.test('states in files can have webhook endpoints and deliveries', async t => {
  const endpoint = (id: string) => ({ id, url: 'http://localhost:3000' })
  const { bytes, ...saved } = delivery()
  const dir = t.testdir({
    'a.json': JSON.stringify({ sessions: [], webhook_endpoints: [endpoint('a')], webhook_deliveries: [saved] }),
    'b.json': JSON.stringify({ sessions: [], webhook_endpoints: [endpoint('b')] }),
    'c.json': '[]'
  })
  t.match(read(dir), { webhook_endpoints: [endpoint('a'), endpoint('b')], webhook_deliveries: [saved] })
  t.same(complaints({ sessions: [], webhook_endpoints: [{ id: 'a' }], webhook_deliveries: [] }), ['fixtures: webhook_endpoints.0.url is required'])
  t.same(complaints({ sessions: [], webhook_deliveries: [{ ...saved, body: '' }] }), ['fixtures: webhook_deliveries.0.body must be JSON'])
})

t.test('in code, values that JSON cannot represent are refused', async t => {
  const loop: Record<string, unknown> = {}
  loop['loop'] = loop
  t.match(complaints({ metadata: loop }), [/^fixtures: .*circular/])
  t.match(complaints({ metadata: { big: 1n } }), [/^fixtures: .*BigInt/])
})

t.test('a saved state used as fixtures loses nothing', async t => {
  const clock = { now: '2026-03-01T12:00:00.000Z', frozen: true }
  const timeline = [{ id: 'd', at: '2026-03-02T00:00:00.000Z', type: 'expire', subject: 'ses_a' }]
  const state = { sessions: [session()], idempotency_keys: [key], timeline, clock }
  t.same(read(state), { fixtures: [session()], idempotency_keys: [key], timeline, clock })
  const dir = t.testdir({ 'a.json': JSON.stringify(state), 'b.json': JSON.stringify({ sessions: [], idempotency_keys: [{ ...key, key: 'l' }] }) })
  t.same(read(dir), { fixtures: [session()], idempotency_keys: [key, { ...key, key: 'l' }], timeline, clock })
})

t.test('a fixture without an ID has the same one each time', async t => {
  const dir = t.testdir({ 'a.json': '[{},{}]', 'b.json': '{}' })
  const ids = idsOf(dir)
  t.match(ids, [/^ses_[0-9a-f]{20}$/, /^ses_[0-9a-f]{20}$/, /^ses_[0-9a-f]{20}$/])
  t.equal(new Set(ids).size, 3)
  t.same(idsOf(dir), ids)
  t.same(idsOf(t.testdir({ 'b.json': '{}' })), ids.slice(2), 'in whichever folder the file is')
})

t.test('every problem is named, with file, session and field', async t => {
  const dir = t.testdir({
    'a.json': JSON.stringify([
      { id: 'ses_a' },
      { id: 'ses_b', status: 'done', statuss: 'x', tags: 'vip' },
      { id: 'ses_c', created_at: 'yesterday', metadata: { big: 'x'.repeat(16_384) } }
    ]),
    'b.json': '{"id":',
    'c.json': '[7, {"is_sandbox":"yes"}, {"id":"ses_a"}, {"status":"failed","capture_url":"https://a.example"}]',
    'd.json': 'null',
    'e.json': '{"sessions":{},"clock":{"now":"x"},"idempotency_keyss":[]}',
    'f.json': JSON.stringify({ sessions: [{}], idempotency_keys: [{ ...key, result: { status: 200, body: {} } }, { ...key, operation: 'toString' }] })
  })
  const fields = Object.keys(Session.properties).join(', ')
  const [json, ...others] = complaints(dir, dir)
  t.match(json, /^b\.json: .*JSON/)
  t.same(others.slice(0, 10), [
    `a.json: session 2 (ses_b): statuss is not a field here; the fields are ${fields}, result, redirect_url, fields, send_email, links, tokens`,
    'a.json: session 2 (ses_b): status must be one of: pending, capturing, processing, completed, expired, failed, ' +
    'awaiting_external, under_review, sandbox_pending',
    'a.json: session 2 (ses_b): tags must be a list',
    'a.json: session 3 (ses_c): created_at must be a date and time, such as 2026-01-01T12:00:00.000Z',
    'a.json: session 3 (ses_c): metadata.big must have at most 16384 bytes as compact JSON',
    'c.json: session 1: must be a JSON object',
    'c.json: session 2: is_sandbox must be true or false',
    'c.json: session 4: capture_url must be null unless the status is pending or capturing',
    'd.json: session 1: must be a JSON object',
    'c.json: session 3 (ses_a): id is the ID of an earlier session, too: ses_a'
  ])
  t.same(others.slice(10).filter(line => !line.includes('result.body.')), [
    'e.json: idempotency_keyss is not a field here; the fields are sessions, idempotency_keys, timeline, webhook_endpoints, webhook_deliveries, clock, saved_at',
    'e.json: sessions must be a list',
    'e.json: clock.frozen is required',
    'e.json: clock.now must be a date and time, such as 2026-01-01T12:00:00.000Z',
    'f.json: idempotency_keys.1.operation must be one of: updateSession, deleteSession'
  ])
  t.ok(others.includes('f.json: idempotency_keys.0.result.body.id is required'), 'a result has to fit its operation')
})

t.test('a misspelled top-level field is refused', async t => {
  t.match(complaints({ sessionss: [] }), [/^fixtures: session 1: sessionss is not a field here/])
  t.same(complaints({ sessions: [], clocks: {} }),
    ['fixtures: clocks is not a field here; the fields are sessions, idempotency_keys, timeline, webhook_endpoints, webhook_deliveries, clock, saved_at'])
})

t.test('only one file can set the clock', async t => {
  const clock = { now: '2026-03-01T12:00:00.000Z', frozen: true }
  const text = JSON.stringify({ sessions: [], clock })
  const dir = t.testdir({ 'a.json': text, 'b.json': text, 'c.json': '[]' })
  t.same(complaints(dir, dir), ['a.json, b.json: only one of them can set the clock'])
})

t.test('idempotency keys of a state are checked with what a replay would write', async t => {
  const stateOf = (saved: object) => ({ sessions: [], idempotency_keys: [{ ...key, ...saved }] })
  const withoutBody = { operation: 'deleteSession', session_id: null, result: { status: 204 } }
  t.same(complaints(stateOf(withoutBody)), [], 'a result without a body')
  t.same(complaints(stateOf({ result: { status: 200 } })), ['fixtures: idempotency_keys.0.result.body must be a JSON object'])
  const nested = JSON.parse('['.repeat(2_001) + ']'.repeat(2_001)) as unknown
  t.same(complaints(stateOf({ body: nested })), ['fixtures: idempotency_keys.0 must not be nested deeper than 2000 levels'])
})

t.test('a path that cannot be read says why', async t => {
  const dir = t.testdir({ 'empty': {}, 'folder': { 'x.json': {} }, 'secret.json': '[]' })
  t.same(complaints(`${dir}/none.json`, dir), ['none.json: there is no such file or folder. Check --fixtures (fixtures).'])
  t.same(complaints(`${dir}/empty`, dir), ['empty: the folder has no *.json file. To start without sessions, use a file that contains [].'])
  t.same(complaints(`${dir}/folder`, dir), ['folder/x.json: is not a file'])
  t.match(complaints(`${dir}/secret.json/x`, dir), [/^secret\.json\/x: ENOTDIR/])
  symlinkSync(`${dir}/nowhere`, `${dir}/empty/link.json`)
  t.same(complaints(`${dir}/empty`, dir), ['empty/link.json: there is no such file or folder. Check --fixtures (fixtures).'])
})

t.test('a file without permission says so', async t => {
  const denied = () => {
    throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' })
  }
  const fs = await import('node:fs')
  const files = await t.mockImport<typeof import('../../src/stores/fixture-files.js')>('../../src/stores/fixture-files.js', {
    'node:fs': { ...fs, readFileSync: denied }
  })
  const dir = t.testdir({ 'secret.json': '[]' })
  t.throws(() => files.readFixtures(`${dir}/secret.json`, results), { message: `${dir}/secret.json: this user cannot read it.` })
})

t.test('a pipe is refused, and not waited for', async t => {
  const dir = t.testdir({ folder: {} })
  execFileSync('mkfifo', [`${dir}/folder/x.json`])
  t.same(complaints(`${dir}/folder/x.json`, dir), ['folder/x.json: is not a file'])
  t.same(complaints(`${dir}/folder`, dir), ['folder/x.json: is not a file'])
})

t.test('any number of wrong fixtures end in an error that names a hundred', async t => {
  const dir = t.testdir({})
  writeFileSync(`${dir}/many.json`, JSON.stringify(new Array(300_000).fill({ status: 1 })))
  const lines = complaints(`${dir}/many.json`, dir)
  t.equal(lines.length, 101)
  t.same([lines[0], lines[99], lines[100]],
    ['many.json: session 1: status must be a string', 'many.json: session 100: status must be a string', '299900 more problems'])
  t.equal(complaints(new Array(101).fill(7)).at(-1), '1 more problem')
})

t.test('metadata of any names comes out as it was written', async () => {
  const metadata = fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), fc.jsonValue().filter(value => value !== null))
  fc.assert(fc.property(metadata, metadata => {
    const [written] = read({ id: 'a', metadata }).fixtures
    const base = new FixtureSet(read({ id: 'a', metadata }).fixtures).sessionsAt(0)
    const text = JSON.stringify(metadata)
    return JSON.stringify(written?.metadata) === text && JSON.stringify(base.get('a')?.metadata) === text
  }))
})
