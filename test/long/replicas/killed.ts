import t from 'tap'
import type { Session } from '../../../src/index.js'
import { startReceiver } from '../../receiver.js'
import { argumentsForClients, checkDone, startClients } from '../clients.js'
import { startEngine } from '../engine.js'
import { balanced, needsEngine, type Replica, startReplica, startReplicas } from '../replica.js'
import { untilReceived } from '../until.js'

t.test('clients find what they have done', async t => {
  const { second, send } = await startReplicas(t, argumentsForClients)
  const clients = startClients(send)
  await clients.answered(200)
  const done = await clients.stop()
  await checkDone(done, second)
  const [one, ...others] = done as [Session, ...Session[]]
  await t.rejects(checkDone([...done, { ...one, id: 'ses_lost' }], second), 'they notice a session that is lost')
  await t.rejects(checkDone([...others, { ...one, metadata: {} }], second), 'and an update')
  await t.rejects(checkDone(others, second), 'and a session too many')
})

t.test('a replica that is killed under load loses no update that was answered, and none is applied twice', needsEngine, async t => {
  for (const killed of ['first', 'second'] as const) {
    const replicas = await startReplicas(t, argumentsForClients)
    const clients = startClients(replicas.send)
    await clients.answered(100)
    await replicas[killed].kill()
    await clients.answered(200)
    const done = await clients.stop()
    await checkDone(done, replicas[killed === 'first' ? 'second' : 'first'])
  }
})

t.test('replicas are killed and replaced under load, one after the other', needsEngine, async t => {
  const engine = await startEngine(t)
  const start = async () => startReplica(t, engine.url, argumentsForClients)
  const replicas: [Replica, Replica] = [await start(), await start()]
  const clients = startClients(balanced(replicas))
  for (let round = 0; round < 4; round++) {
    await clients.answered(100)
    const gone = replicas[round % 2] as Replica
    replicas[round % 2] = await start()
    await gone.kill()
  }
  await clients.answered(100)
  await checkDone(await clients.stop(), replicas[0])
})

t.test('on SIGTERM a replica ends politely, and what it has done is there for the other', needsEngine, async t => {
  const { first, second, send } = await startReplicas(t, argumentsForClients)
  const clients = startClients(send)
  await clients.answered(100)
  t.equal(await first.close(), 0)
  await clients.answered(100)
  await checkDone(await clients.stop(), second)
})

t.test('when the replica that sends webhooks is killed, another one goes on: each is sent at least once', needsEngine, async t => {
  const receiver = await startReceiver(t, () => undefined) // it does not respond
  const { first, second } = await startReplicas(t, ['--webhook-url', receiver.url])
  const send = balanced([second])
  for (let count = 0; count < 20; count++) await send('POST', '/sessions', { body: {} })
  await untilReceived(receiver, 1) // the first replica sends, since it was there first
  await first.kill()
  const cut = receiver.received.length
  receiver.respond = 200
  await second.mock.webhooks.settled({ timeout: 60_000 })
  const deliveries = await second.mock.webhooks.deliveries()
  t.equal(deliveries.length, 20)
  t.same([...new Set(deliveries.map(({ status }) => status))], ['succeeded'])
  const received = receiver.received.slice(cut).map(({ headers }) => headers['x-verifa-delivery-id'])
  t.same(received, deliveries.map(({ id }) => id), 'in order, and what was cut off comes again')
})

t.test('when the replica that moves the clock is killed, another one ends the move', needsEngine, async t => {
  const receiver = await startReceiver(t)
  const { first, second } = await startReplicas(t, ['--webhook-url', receiver.url])
  await first.mock.clock.freeze('2026-03-01T12:00:00.000Z')
  const send = balanced([second])
  for (let count = 0; count < 10; count++) await send('POST', '/sessions', { body: {} })
  await second.mock.webhooks.settled({ timeout: 60_000 })
  receiver.respond = () => undefined
  const moved = second.mock.clock.advance('1h')
  await untilReceived(receiver, 11)
  await first.kill()
  receiver.respond = 200
  t.equal((await moved).toISOString(), '2026-03-01T13:00:00.000Z')
  const expired = await second.mock.webhooks.deliveries({ event: 'session.expired' })
  t.same(expired.map(({ status }) => status), Array.from({ length: 10 }, () => 'succeeded'))
})
