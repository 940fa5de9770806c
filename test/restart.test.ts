import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { buildApp, connectVerifaMock, type EmbeddedVerifaMock, FixtureError, startVerifaMock, type State, StateFileError } from '../src/index.js'
import { SANDBOX_KEY, startLogged, update } from './helper.js'
import { urlOf, routes } from './model/request.js'
import { fixtures } from './model/some-request.js'
import { step, type Step } from './model/some-step.js'
import { startReceiver } from './receiver.js'

/** A file that is not there yet. */
const stateFile = (t: { testdir: () => string }) => `${t.testdir()}/state.json`
const stateIn = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as State

t.test('a mock goes on where it ended', async t => {
  const state = stateFile(t)
  const first = await startVerifaMock({ state })
  const headers = { 'idempotency-key': 'k' }
  const response = await update(first.app, 'ses_pending', { external_ref: 'kept' }, headers)
  await first.clock.freeze()
  const before = await first.state()
  await first.close()
  t.match(stateIn(state), before, 'the file is a saved state')

  const second = await startVerifaMock({ state, fixtures: [] })
  t.same(await second.state(), before)
  const replay = await update(second.app, 'ses_pending', { external_ref: 'kept' }, headers)
  t.same([replay.body, replay.headers['idempotent-replayed']], [response.body, 'true'])
  await second.close()
})

t.test('a reset returns to the fixtures, and the file follows', async t => {
  const state = stateFile(t)
  for (const [id, kept] of [['ses_a', []], ['ses_b', ['ses_a', 'ses_new']]] as const) {
    const mock = await startVerifaMock({ state, fixtures: [{ id }] })
    if (kept.length > 0) t.same((await mock.sessions()).map(({ id }) => id), kept)
    await mock.reset()
    await mock.seed({ id: 'ses_new' })
    await mock.close()
    t.same(stateIn(state).sessions.map(({ id }) => id), [id, 'ses_new'])
  }
})

t.test('a mock in which nothing has changed writes nothing', async t => {
  const state = stateFile(t)
  const mock = await startVerifaMock({ state })
  await mock.sessions()
  await mock.state()
  await mock.app.inject({ url: '/sessions', headers: { 'x-api-key': SANDBOX_KEY } })
  await mock.close()
  t.notOk(existsSync(state))
  t.notOk(existsSync(`${state}.lock`))
})

t.test('while the mock runs, the file is written a second after a change', async t => {
  const state = stateFile(t)
  const { app } = startLogged(t, { state })
  const mock = connectVerifaMock(await app.listen({ host: '127.0.0.1', port: 0 }))
  await mock.seed({ id: 'ses_new' })
  // a request takes a turn of the event loop, and keeps the process
  while (!existsSync(state)) await mock.session('ses_new')
  t.ok(stateIn(state).sessions.some(({ id }) => id === 'ses_new'))
})

t.test('two mocks cannot use one file, and the first goes on', async t => {
  const state = stateFile(t)
  const mock = await startVerifaMock({ state })
  await t.rejects(startVerifaMock({ state }), { name: 'StateFileError', message: new RegExp(`^.*/state\\.json is in use by process ${process.pid}, according to `) })
  await mock.seed({ id: 'ses_new' })
  await mock.close()
  const next = await startVerifaMock({ state })
  t.equal((await next.session('ses_new')).id, 'ses_new')
  await next.close()
})

t.test('a file that cannot be used stops the start and is left as it is', async t => {
  const state = stateFile(t)
  writeFileSync(state, '{"sessions":[{"id":"ses_a","status":"done"}]}')
  t.throws(() => buildApp({ state }), FixtureError)
  t.equal(readFileSync(state, 'utf8'), '{"sessions":[{"id":"ses_a","status":"done"}]}')
  t.throws(() => buildApp({ state: `${state}/none/a.json` }), StateFileError)
})

t.test('a state that cannot be written at the end rejects close()', async t => {
  const state = stateFile(t)
  const { app, log } = startLogged(t, { state })
  const closed = app.close.bind(app)
  await app.ready()
  await update(app, 'ses_pending', { external_ref: 'lost' })
  rmSync(`${state}.lock`)
  await t.rejects(closed(), { name: 'StateFileError', message: /^The state could not be written to / })
  t.match(log().at(-1), { level: 50, msg: /^The state could not be written to / })
})

t.test('a delivery that is pending is sent after the restart, with its ID', async t => {
  const state = stateFile(t)
  const receiver = await startReceiver(t, 500)
  const first = await startVerifaMock({ state, webhookUrl: receiver.url })
  await first.clock.freeze()
  await first.simulate('ses_pending', 'approve')
  await receiver.has(1)
  await first.webhooks.settled().catch(() => undefined)
  await first.close()

  receiver.respond = 200
  const second = await startVerifaMock({ state, webhookUrl: receiver.url })
  await second.clock.advance('1h')
  t.equal(receiver.received.length, 2)
  t.equal(receiver.received[1]?.body, receiver.received[0]?.body)
  await second.close()
})

t.test('with watch, fixtures that change are changes of the state', async t => {
  const dir = t.testdir({ 'a.json': '[{"id":"ses_a","external_ref":"1"},{"id":"ses_b"}]' })
  const [state, path] = [`${dir}/state`, `${dir}/a.json`]
  const first = await startVerifaMock({ state, fixtures: path, watch: true })
  await first.seed({ id: 'ses_new' })
  writeFileSync(path, '[{"id":"ses_a","external_ref":"2"},{"id":"ses_b"}]')
  while ((await first.session('ses_a')).external_ref !== '2') await new Promise(resolve => setImmediate(resolve))
  await first.close()
  t.same(stateIn(state).sessions.map(({ id, external_ref: ref }) => `${id}=${ref}`).sort(), ['ses_a=2', 'ses_b=null', 'ses_new=null'])
})

t.test('whatever was done to a mock, it is the same after a restart', async t => {
  const { now } = Date
  let machine = Date.parse('2026-03-01T12:00:00.000Z')
  Date.now = () => machine // so that no time passes between the end and the start
  t.teardown(() => {
    Date.now = now
  })

  /** A request that may be refused, or cut off. */
  async function call ({ app }: EmbeddedVerifaMock, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: string | object, headers = {}) {
    await app.inject({ method, url, headers, ...(payload !== undefined && { payload }) }).catch(() => undefined)
  }

  async function perform (mock: EmbeddedVerifaMock, step: Step): Promise<void> {
    if (step.do === 'request') {
      const [created] = (await mock.sessions()).filter(({ id }) => /^ses_[0-9a-f]{20}$/.test(id)).reverse()
      const request = JSON.parse(JSON.stringify(step.request).replaceAll(/<\d>/g, created?.id ?? 'none')) as typeof step.request
      await call(mock, routes[request.operation][0], urlOf(request), request.payload, request.headers)
    }
    if (step.do === 'advance') await mock.clock.advance(step.span[0])
    if (step.do === 'set clock') await call(mock, 'POST', '/_mock/clock', step.clock)
    if (step.do === 'wait') machine += step.milliseconds
    if (step.do === 'seed') await call(mock, 'POST', '/_mock/sessions', step.seeds)
    if (step.do === 'remove') await call(mock, 'DELETE', `/_mock/sessions/${encodeURIComponent(step.id)}`)
    if (step.do === 'reset') await mock.reset()
  }

  const dir = t.testdir()
  const options = { fixtures, webhookUrl: 'http://localhost:1/hook' }
  let runs = 0
  const life = fc.array(step, { maxLength: 40, size: 'max' })
  await fc.assert(fc.asyncProperty(life, life, async (...lives) => {
    const state = `${dir}/${runs++}.json`
    let before: State | undefined
    for (const steps of [...lives, []]) {
      const mock = await startVerifaMock({ ...options, state })
      if (before !== undefined) assert.deepEqual(await mock.state(), before)
      await mock.webhooks.hold() // so that nothing changes by itself
      for (const step of steps) await perform(mock, step)
      await mock.app.workspaces.shared.world.timeline.settled()
      const after = await mock.state()
      await mock.close()
      before = existsSync(state) ? after : undefined
    }
  }), { numRuns: 15 })
})
