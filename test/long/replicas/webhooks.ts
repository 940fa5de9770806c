import { randomInt } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import t, { type Test } from 'tap'
import { type Receiver, startReceiver } from '../../receiver.js'
import { balanced, type Replica, type Replicas, type Send, startReplicas } from '../replica.js'
import { untilReceived } from '../until.js'

const WAIT = { timeout: 60_000 }

interface Started extends Replicas {
  receiver: Receiver
  /** What was received: session and event, in order. */
  events: () => { id: string, session_id: string, event: string }[]
}

async function start (t: Test): Promise<Started> {
  const receiver = await startReceiver(t)
  const replicas = await startReplicas(t, ['--webhook-url', receiver.url])
  const events: Started['events'] = () => receiver.received.map(({ body, headers }) =>
    ({ ...JSON.parse(body) as { session_id: string, event: string }, id: String(headers['x-verifa-delivery-id']) }))
  return { ...replicas, receiver, events }
}

async function createSession (send: Send): Promise<string> {
  return (JSON.parse((await send('POST', '/sessions', { body: {} })).body) as { id: string }).id
}

/** A session and two outcomes, each request over a replica chosen at random. */
async function live (replicas: readonly Replica[]): Promise<string> {
  const senders = replicas.map(replica => balanced([replica]))
  const send: Send = async (...request) => (senders[randomInt(senders.length)] as Send)(...request)
  const id = await createSession(send)
  for (const action of ['require-review', 'approve']) await send('POST', `/sessions/${id}/simulate`, { body: { action } })
  return id
}

t.test('each event is sent exactly once, and those of a session in order, wherever they happen', async t => {
  const { first, second, events } = await start(t)
  const ids = await Promise.all(Array.from({ length: 40 }, async () => live([first, second])))
  await second.mock.webhooks.settled(WAIT)
  t.equal(events().length, 120)
  t.equal(new Set(events().map(({ id }) => id)).size, 120)
  for (const session of ids) {
    const own = events().filter(({ session_id: id }) => id === session).map(({ event }) => event)
    t.same(own, ['session.created', 'session.requires-review', 'session.approved'])
  }
  const deliveries = await first.mock.webhooks.deliveries()
  t.same(deliveries.map(({ status, attempts }) => `${status} ${attempts}`), deliveries.map(() => 'succeeded 1'))
  t.same(await second.mock.webhooks.deliveries(), deliveries)
})

t.test('webhooks that are held on one replica are held on the other, and a release on the other sends them in order', async t => {
  const { first, second, send, events } = await start(t)
  for (const [one, other] of [[first.mock, second.mock], [second.mock, first.mock]] as const) {
    const before = events().length
    await one.webhooks.hold()
    t.match(await other.webhooks.state(), { held: true })
    for (let count = 0; count < 10; count++) await createSession(send)
    await other.webhooks.settled(WAIT)
    t.equal(events().length, before, 'nothing is sent')
    const held = (await one.webhooks.deliveries({ status: 'pending' })).map(({ id }) => id)
    t.equal(held.length, 10)
    await other.webhooks.release()
    await one.webhooks.settled(WAIT)
    t.same(events().slice(before).map(({ id }) => id), held)
    t.match(await one.webhooks.state(), { held: false })
  }
})

t.test('a delivery that is held can be delivered by either replica', async t => {
  const { first, second, send, events } = await start(t)
  await first.mock.webhooks.hold()
  for (let count = 0; count < 4; count++) await createSession(send)
  await first.mock.webhooks.settled(WAIT)
  const ids = (await first.mock.webhooks.deliveries()).map(({ id }) => id) as [string, string, string, string]
  await second.mock.webhooks.deliver([ids[3], ids[0]])
  await first.mock.webhooks.deliver([ids[2], ids[1]])
  t.same(events().map(({ id }) => id), [ids[3], ids[0], ids[2], ids[1]])
  await t.rejects(second.mock.webhooks.deliver(ids[0]), { message: / is succeeded and cannot be sent\.$/ })
})

t.test('with timing before, a response waits for the receiver, whichever replica sends the webhook', async t => {
  const { first, second, receiver } = await start(t)
  await second.mock.webhooks.timing('before')
  const order: string[] = []
  let waiting: ServerResponse | undefined
  receiver.respond = response => {
    order.push('webhook')
    waiting = response
  }
  for (const replica of [first, second]) {
    order.length = 0
    const before = receiver.received.length
    const responded = createSession(balanced([replica])).then(() => order.push('response'))
    await untilReceived(receiver, before + 1)
    await balanced([replica])('GET', '/_mock/health') // time in which the response could have come
    t.same(order, ['webhook'])
    waiting?.end()
    await responded
    t.same(order, ['webhook', 'response'])
  }
})

t.test('with a timing in milliseconds, webhooks wait for the clock of all replicas', async t => {
  const { first, second, send, events } = await start(t)
  await first.mock.clock.freeze()
  await second.mock.webhooks.timing(5_000)
  for (let count = 0; count < 4; count++) await createSession(send)
  await first.mock.webhooks.settled(WAIT)
  t.equal(events().length, 0)
  await second.mock.clock.advance(5_000)
  t.equal(events().length, 4)
})

t.test('a retry is made once, by the clock', async t => {
  const { first, second, send, receiver, events } = await start(t)
  await first.mock.clock.freeze()
  receiver.respond = 503
  for (let count = 0; count < 6; count++) await createSession(send)
  await second.mock.webhooks.settled(WAIT)
  t.equal(events().length, 6)
  await second.mock.clock.advance('30s')
  t.equal(events().length, 12)
  receiver.respond = 200
  await first.mock.clock.advance('24h')
  t.equal(events().filter(({ event }) => event === 'session.created').length, 18)
  const deliveries = await second.mock.webhooks.deliveries({ event: 'session.created' })
  t.same(deliveries.map(({ status, attempts }) => `${status} ${attempts}`), deliveries.map(() => 'succeeded 3'))
})

t.test('a fault of webhooks takes effect as often as it says, whichever replica sends', async t => {
  const { first, second, send, events } = await start(t)
  for (const { mock } of [first, second]) {
    const before = events().length
    await mock.faults.add({ then: { webhook: 'lose' }, times: 3, skip: 6 })
    for (let count = 0; count < 10; count++) await createSession(send)
    await mock.webhooks.settled(WAIT)
    t.equal(events().length - before, 7)
  }
})
