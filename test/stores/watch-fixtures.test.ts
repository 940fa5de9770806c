import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import { buildApp, type Session } from '../../src/index.js'
import { allStored, SANDBOX_KEY } from '../helper.js'

/** A mock that watches its fixtures, and what it says of them. */
async function watching (t: Test, fixtures: string, isolation: 'none' | 'api-key') {
  const log = new PassThrough().setEncoding('utf8')
  const app = buildApp({ fixtures, watch: true, isolation }, log)
  t.teardown(() => app.close())
  await app.ready()
  return {
    app,
    said: async (text: string) => {
      for (let all = ''; !all.includes(text);) all += String((await once(log, 'data'))[0])
    },
    sessions: () => allStored(app).map(({ id, external_ref: ref }) => `${id}=${String(ref)}`)
  }
}

t.test('a folder: changed, added and removed fixtures are taken over, all else stays', async t => {
  const dir = t.testdir({ 'a.json': '[{"id":"a","external_ref":"1"},{"id":"b","external_ref":"1"}]' })
  const { app, said, sessions } = await watching(t, dir, 'api-key')
  const patch = async (id: string, payload: object) =>
    (await app.inject({ method: 'PATCH', url: `/sessions/${id}`, payload, headers: { 'x-api-key': SANDBOX_KEY } })).json<Session>().external_ref
  await patch('b', { external_ref: 'updated' })
  app.workspaces.shared.store.insert([{ ...allStored(app)[0] as Session, id: 'seeded' }])

  writeFileSync(`${dir}/new.json`, '{"external_ref":"no id"}')
  await said('3 sessions')
  t.match(sessions(), ['a=1', 'b=1', 'seeded=1', /^ses_[0-9a-f]{20}=no id$/])

  writeFileSync(`${dir}/a.json.tmp`, '[{"id":"a","external_ref":"2"},{"id":"b","external_ref":"1"}]')
  renameSync(`${dir}/a.json.tmp`, `${dir}/a.json`)
  await said('3 sessions')
  t.ok(sessions().includes('a=2'), 'replaced by renaming')
  t.equal(await patch('b', {}), 'updated', 'what has not changed keeps its updates, in every workspace')
  t.equal(await patch('a', {}), '2')

  rmSync(`${dir}/new.json`)
  await said('2 sessions')
  t.equal(sessions().length, 3)
})

t.test('a single file; a broken one is told, and the old ones stay', async t => {
  const dir = t.testdir({ 'one.json': '{"id":"a","external_ref":"1"}' })
  const { app, said, sessions } = await watching(t, `${dir}/one.json`, 'none')
  writeFileSync(`${dir}/one.json`, '{"id":"a","external_reff":"2"}')
  await said('fixtures stay as they were. ')
  t.same(sessions(), ['a=1'])
  writeFileSync(`${dir}/one.json`, '{"sessions":[{"id":"a","external_ref":"3"}]}')
  await said('1 sessions')
  t.same(sessions(), ['a=3'], 'a saved state is a fixture file')
  app.workspaces.shared.reset()
  t.same(sessions(), ['a=3'], 'a reset goes back to what there is now')
})
