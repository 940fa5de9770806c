import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import { addSessions } from '../../src/domain/sessions/direct.js'
import { listSessions } from '../../src/domain/workspace.js'
import { buildApp, type Session } from '../../src/index.js'
import { SANDBOX_KEY } from '../helper.js'

/** A mock that watches its fixtures, and what it logs about them. */
async function watching (t: Test, fixtures: string, isolation: 'none' | 'api-key' = 'none') {
  const log = new PassThrough().setEncoding('utf8')
  const app = buildApp({ fixtures, watch: true, isolation }, log)
  t.teardown(() => app.close())
  await app.listen({ host: '127.0.0.1', port: 0 }) // watching alone does not keep a process alive
  const { shared } = app.workspaces
  return {
    app,
    logged: async (text: string) => {
      for (let all = ''; !all.includes(text);) all += String((await once(log, 'data'))[0])
    },
    sessions: async () => (await listSessions(shared.world.store)).map(({ id, external_ref: ref }) => `${id}=${String(ref)}`)
  }
}

t.test('in a folder, changed, added and removed fixtures take effect and everything else stays', async t => {
  const dir = t.testdir({ 'a.json': '[{"id":"a","external_ref":"1"},{"id":"b","external_ref":"1"}]' })
  const { app, logged, sessions } = await watching(t, dir, 'api-key')
  const patch = async (id: string, payload: object) =>
    (await app.inject({ method: 'PATCH', url: `/sessions/${id}`, payload, headers: { 'x-api-key': SANDBOX_KEY } })).json<Session>().external_ref
  await patch('b', { external_ref: 'updated' })
  const { store } = app.workspaces.shared.world
  await addSessions(store, { sessions: [{ ...(await listSessions(store))[0] as Session, id: 'seeded' }] })

  writeFileSync(`${dir}/new.json`, '{"external_ref":"no id"}')
  await logged('3 sessions')
  t.match(await sessions(), ['a=1', 'b=1', 'seeded=1', /^ses_[0-9a-f]{20}=no id$/])

  writeFileSync(`${dir}/a.json.tmp`, '[{"id":"a","external_ref":"2"},{"id":"b","external_ref":"1"}]')
  renameSync(`${dir}/a.json.tmp`, `${dir}/a.json`)
  await logged('3 sessions')
  t.ok((await sessions()).includes('a=2'), 'replaced by renaming')
  t.equal(await patch('b', {}), 'updated', 'unchanged fixtures keep their updates, in every workspace')
  t.equal(await patch('a', {}), '2')

  rmSync(`${dir}/new.json`)
  await logged('2 sessions')
  t.equal((await sessions()).length, 3)
})

t.test('while a file cannot be used, the old fixtures stay', async t => {
  const dir = t.testdir({ 'one.json': '{"id":"a","external_ref":"1"}' })
  const { app, logged, sessions } = await watching(t, `${dir}/one.json`)
  writeFileSync(`${dir}/one.json`, '{"id":"a","external_reff":"2"}')
  await logged('fixtures stay as they were. ')
  t.same(await sessions(), ['a=1'])
  writeFileSync(`${dir}/one.json`, '{"sessions":[{"id":"a","external_ref":"3"}]}')
  await logged('1 sessions')
  t.same(await sessions(), ['a=3'], 'a saved state is a fixture file')
  app.workspaces.shared.reset()
  t.same(await sessions(), ['a=3'], 'a reset goes back to the fixtures as they are now')
})

t.test('a folder that is removed and created again is still watched', async t => {
  const dir = `${t.testdir({ fixtures: { 'a.json': '{"id":"a","external_ref":"1"}' } })}/fixtures`
  const { logged, sessions } = await watching(t, dir)
  rmSync(dir, { recursive: true })
  await logged('fixtures stay as they were. ')
  mkdirSync(dir)
  writeFileSync(`${dir}/a.json`, '{"id":"a","external_ref":"2"}')
  await logged('1 sessions')
  t.same(await sessions(), ['a=2'])
})

t.test('only the files in the folder are watched: a link to its own parent and a deep tree do no harm', async t => {
  const dir = t.testdir({ 'a.json': '{"id":"a"}', 'deep': { 'b.json': '{"id":"b"}' } })
  symlinkSync('..', `${dir}/parent`)
  symlinkSync('.', `${dir}/itself`)
  const { logged, sessions } = await watching(t, dir)
  writeFileSync(`${dir}/deep/b.json`, 'not even JSON')
  symlinkSync('nowhere', `${dir}/c.json`)
  await logged('fixtures stay as they were. ')
  rmSync(`${dir}/c.json`)
  await logged('1 sessions')
  t.same(await sessions(), ['a=null'])
})
