import t from 'tap'
import { startEngine } from '../engine.js'
import { balanced, eventsOf, readiness, startReplica } from '../replica.js'

t.test('an engine that does not answer counts as away until it answers again', async t => {
  const engine = await startEngine(t)
  const replica = await startReplica(t, engine.url)
  const logged = eventsOf(replica).length
  const send = balanced([replica])
  const update = async () => (await send('PATCH', '/sessions/ses_pending', { body: { metadata: { a: 'b' } } })).status
  engine.pause()
  t.equal(await update(), 503, 'the request that finds out has waited for a reply')
  // if each of these waited as well, they would take minutes
  for (let count = 0; count < 50; count++) t.equal(await update(), 503)
  await readiness(replica, false)
  t.match(JSON.parse((await send('GET', '/_mock/health')).body), { status: 'degraded' })
  engine.resume()
  await readiness(replica)
  t.equal(await update(), 200)
  const events = eventsOf(replica).slice(logged)
  t.equal(events.length, 2, 'one line each way')
  t.match(events, [
    { level: 50, msg: /^The store is away: .+\. Requests get a 503 until it is back\.$/ }, { level: 30, msg: 'The store is back.' }
  ])
  engine.pause()
  t.equal(await replica.close(), 0, 'a mock ends without it')
})

t.test('a mock whose engine is away ends as any other', async t => {
  const engine = await startEngine(t)
  const replica = await startReplica(t, engine.url)
  await engine.kill()
  await readiness(replica, false)
  t.equal(await replica.close(), 0)
  const [, ...events] = eventsOf(replica)
  t.equal(events.length, 1, 'nothing else, such as an unhandled rejection')
  t.match(events, [{ level: 50, msg: /^The store is away: / }])
})

t.test('an engine that has forgotten its scripts gets them again', async t => {
  const engine = await startEngine(t)
  const replica = await startReplica(t, engine.url)
  const logged = eventsOf(replica).length
  const send = balanced([replica])
  for (let round = 0; round < 3; round++) {
    await engine.command('SCRIPT', 'FLUSH')
    const statuses = await Promise.all(['1', '2', '3', '4'].map(async number =>
      (await send('PATCH', '/sessions/ses_pending', { body: { metadata: { [number]: String(round) } } })).status))
    t.same(statuses, [200, 200, 200, 200])
  }
  t.match((await replica.mock.session('ses_pending')).metadata, { 1: '2', 2: '2', 3: '2', 4: '2' })
  t.same(eventsOf(replica).slice(logged), [])
})
