import t from 'tap'
import type { ErrorBody } from '../../../src/index.js'
import { argumentsForClients, checkDone, startClients } from '../clients.js'
import { startEngine } from '../engine.js'
import { balanced, eventsOf, needsEngine, readiness, startReplicas } from '../replica.js'

t.test('an engine that is killed and comes back under load has lost nothing that was answered, and applied nothing twice', needsEngine, async t => {
  const engine = await startEngine(t, { aof: true })
  const { first, second, send } = await startReplicas(t, argumentsForClients, engine)
  const clients = startClients(send)
  for (let round = 0; round < 3; round++) {
    await clients.answered(100)
    await engine.kill()
    await Promise.all([readiness(first, false), readiness(second, false)])
    await engine.restart()
    await Promise.all([readiness(first), readiness(second)])
  }
  await clients.answered(100)
  const done = await clients.stop()
  await checkDone(done, first)
  await checkDone(done, second)
})

t.test('while the engine is away, a replica says so in the API\'s shape, and in its health', needsEngine, async t => {
  const engine = await startEngine(t, { aof: true })
  const { first, second } = await startReplicas(t, [], engine)
  for (const replica of [first, second]) {
    const { status, body } = await balanced([replica])('GET', '/_mock/health')
    t.match({ status, body: JSON.parse(body) as object }, { status: 200, body: { status: 'ok' } })
    await readiness(replica)
  }
  const logged = [first, second].map(replica => eventsOf(replica).length)
  await engine.kill()

  for (const replica of [first, second]) {
    await readiness(replica, false)
    const send = balanced([replica])
    const health = await send('GET', '/_mock/health')
    t.match({ status: health.status, body: JSON.parse(health.body) as object }, { status: 200, body: { status: 'degraded' } })
    const requests: [method: string, path: string, body?: object][] = [
      ['PATCH', '/sessions/ses_pending', {}], ['POST', '/sessions', {}], ['GET', '/sessions'], ['GET', '/sessions/ses_pending'], ['GET', '/_mock/sessions'],
      ['GET', '/_mock/requests'], ['POST', '/_mock/reset'], ['POST', '/_mock/clock', { advance: '1h' }]
    ]
    for (const [method, path, body] of requests) {
      const { status, headers, body: text } = await send(method, path, body === undefined ? {} : { body, key: 'k' })
      const error = JSON.parse(text) as ErrorBody
      t.same([status, error.error, error.status_code], [503, 'internal_error', 503], `${method} ${path}`)
      t.match(headers['retry-after'], /^\d+$/)
      t.notMatch(text, engine.url)
    }
  }

  await engine.restart()
  for (const [index, replica] of [first, second].entries()) {
    await readiness(replica)
    const { status } = await balanced([replica])('PATCH', '/sessions/ses_pending', { body: {} })
    t.equal(status, 200)
    const events = eventsOf(replica).slice(logged[index])
    t.equal(events.length, 2, `one line each way: ${JSON.stringify(events)}`)
    t.ok(Number(events[0]?.['level']) >= 40, 'that it is away')
    t.equal(events[1]?.['level'], 30, 'that it is back')
  }
})

t.test('what was set before the engine was away is set afterwards', needsEngine, async t => {
  const engine = await startEngine(t, { aof: true })
  const { first, second, send } = await startReplicas(t, [], engine)
  await first.mock.clock.freeze('2026-03-01T12:00:00.000Z')
  await first.mock.faults.add({ then: { status: 500 }, times: 2 })
  await first.mock.seed({ id: 'ses_mine', status: 'pending' })
  const saved = await first.mock.state()
  await engine.kill()
  await Promise.all([readiness(first, false), readiness(second, false)])
  await engine.restart()
  await Promise.all([readiness(first), readiness(second)])
  for (const { mock } of [first, second]) t.same(await mock.state(), saved)
  const statuses = (await Promise.all(Array.from({ length: 10 }, async () => send('GET', '/sessions')))).map(({ status }) => status)
  t.equal(statuses.filter(status => status === 500).length, 2)
})

t.test('an engine that forgets everything leaves a mock that works, with its fixtures', needsEngine, async t => {
  const engine = await startEngine(t)
  const { first, second } = await startReplicas(t, [], engine)
  const initial = await first.mock.sessions()
  await first.mock.seed({ id: 'ses_mine', status: 'pending' })
  await engine.kill()
  await Promise.all([readiness(first, false), readiness(second, false)])
  await engine.restart()
  await Promise.all([readiness(first), readiness(second)])
  t.same(await first.mock.sessions(), initial)
  await second.mock.seed({ id: 'ses_mine', status: 'pending' })
  t.equal((await first.mock.session('ses_mine')).id, 'ses_mine')
})
