import t, { type Test } from 'tap'
import type { Session } from '../../../src/index.js'
import { type Receiver, startReceiver } from '../../receiver.js'
import { type Replicas, startReplicas } from '../replica.js'
import { untilReceived } from '../until.js'

const SESSIONS = 10

interface Started extends Replicas {
  receiver: Receiver
  /** Creates sessions over both replicas. */
  create: () => Promise<Session[]>
}

async function start (t: Test): Promise<Started> {
  const receiver = await startReceiver(t)
  const replicas = await startReplicas(t, ['--webhook-url', receiver.url])
  const create = async () => {
    const answers = await Promise.all(Array.from({ length: SESSIONS }, async () => replicas.send('POST', '/sessions', { body: {} })))
    return Promise.all(answers.map(async ({ body }) => replicas.second.mock.session((JSON.parse(body) as Session).id)))
  }
  return { ...replicas, receiver, create }
}

/** Checks that sessions have expired once: for both replicas, and for the receiver. */
async function checkExpired (t: Test, sessions: readonly Session[], { first, second, receiver }: Started): Promise<void> {
  const ids = sessions.map(({ id }) => id).sort()
  for (const { mock } of [first, second]) {
    for (const { id, token_expires_at: expiresAt } of sessions) {
      t.match(await mock.session(id), { status: 'expired', updated_at: expiresAt, capture_url: null })
    }
    const all = await mock.webhooks.deliveries({ event: 'session.expired' })
    const deliveries = all.filter(({ session_id: id }) => ids.includes(String(id)))
    t.same(deliveries.map(({ session_id: id }) => id).sort(), ids, 'one event each')
    t.same(deliveries.map(({ status, attempts }) => `${status} ${attempts}`), ids.map(() => 'succeeded 1'))
  }
  const received = receiver.received.map(({ body }) => JSON.parse(body) as { event: string, session_id: string })
    .filter(({ event, session_id: id }) => event === 'session.expired' && ids.includes(id))
  t.same(received.map(({ session_id: id }) => id).sort(), ids, 'one webhook each')
}

t.test('sessions expire once when the clock is advanced, on whichever replica', async t => {
  const started = await start(t)
  const { first, second, create } = started
  await second.mock.clock.freeze('2026-03-01T12:00:00.000Z')
  const advances: [how: string, advance: () => Promise<unknown>][] = [
    ['on the first', async () => first.mock.clock.advance('20m')],
    ['on the second', async () => second.mock.clock.advance('20m')],
    ['on both at once', async () => Promise.all([first.mock.clock.advance('10m'), second.mock.clock.advance('10m')])]
  ]
  for (const [how, advance] of advances) {
    await t.test(how, async t => {
      const sessions = await create()
      await advance()
      await checkExpired(t, sessions, started)
    })
  }
  t.equal((await first.mock.clock.now()).toISOString(), '2026-03-01T13:00:00.000Z', 'moves add up')
})

t.test('a move of the clock ends when all webhooks of its way are sent, on whichever replica', async t => {
  const { first, second, receiver, create } = await start(t)
  await first.mock.clock.freeze('2026-03-01T12:00:00.000Z')
  for (const { mock } of [first, second]) {
    await create()
    await mock.webhooks.settled({ timeout: 60_000 })
    const before = receiver.received.length
    await mock.clock.advance('1h')
    t.equal(receiver.received.length - before, SESSIONS)
  }
})

t.test('sessions expire once when their time comes while the clock runs', async t => {
  const started = await start(t)
  const { first, second, receiver, create } = started
  for (const { mock } of [first, second]) {
    receiver.received.length = 0
    const sessions = await create()
    const last = Math.max(...sessions.map(session => Date.parse(session.token_expires_at as string)))
    await mock.clock.set(new Date(last - 500))
    await untilReceived(receiver, 2 * SESSIONS) // each was created, and has expired
    await mock.webhooks.settled({ timeout: 60_000 })
    await checkExpired(t, sessions, started)
  }
})
