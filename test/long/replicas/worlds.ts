import t from 'tap'
import { balanced, isReplay, type Replica, startReplicas } from '../replica.js'

/** The journal as text, as a replica has it. */
async function journalOf (replica: Replica): Promise<string> {
  return (await balanced([replica])('GET', '/_mock/requests')).body
}

t.test('a reset of one replica is a reset of the other', async t => {
  const { first, second, send } = await startReplicas(t)
  const initial = await first.mock.sessions()
  for (const [one, other] of [[first, second], [second, first]] as const) {
    await one.mock.seed({ id: 'ses_new', status: 'pending' })
    await one.mock.faults.add({ then: { status: 500 } })
    await one.mock.clock.freeze('2026-03-01T12:00:00.000Z')
    await one.mock.webhooks.hold()
    await send('PATCH', '/sessions/ses_bare', { body: { external_ref: 'changed' }, key: 'k' })
    await send('PATCH', '/sessions/ses_pending', { body: { external_ref: 'changed' }, key: 'k' })
    await other.mock.reset()
    t.same(await one.mock.sessions(), initial)
    t.same([await one.mock.faults.list(), await one.mock.requests(), await one.mock.idempotencyKeys()], [[], [], []])
    t.match(await one.mock.webhooks.state(), { held: false })
    t.not((await one.mock.clock.now()).toISOString(), '2026-03-01T12:00:00.000Z')
    const answers = await Promise.all(['a', 'b'].map(async ref => send('PATCH', '/sessions/ses_pending', { body: { external_ref: ref } })))
    t.same(answers.map(({ status }) => status), [200, 200])
    t.same((await one.mock.requests()).map(({ id }) => id), [1, 2], 'the journal begins again')
    await one.mock.reset()
  }
})

t.test('one replica saves what the other one saves, and what one restores is there for the other', async t => {
  const { first, second, send } = await startReplicas(t)
  await first.mock.clock.freeze('2026-03-01T12:00:00.000Z')
  const update = async () => send('PATCH', '/sessions/ses_pending', { body: { metadata: { saved: true } }, key: 'saved' })
  t.notOk(isReplay(await update()))
  await Promise.all(Array.from({ length: 20 }, async () => send('POST', '/sessions', { body: {} })))
  const saved = await first.mock.state()
  t.same(await second.mock.state(), saved)
  for (const [one, other] of [[first, second], [second, first]] as const) {
    await one.mock.reset()
    await one.mock.restore(saved)
    t.same(await other.mock.state(), saved)
    t.same((await Promise.all([update(), update()])).map(isReplay), [true, true])
    t.match(await other.mock.state(), { sessions: saved.sessions, idempotency_keys: [{ key: 'saved', replays: 2 }] })
  }
})

t.test('a reset in the middle of load is one for all: nothing from before is there afterwards', async t => {
  const { first, second, send } = await startReplicas(t)
  for (let round = 0; round < 10; round++) {
    const created = Array.from({ length: 40 }, async () => send('POST', '/sessions', { body: { external_ref: `round ${round}` } }))
    await Promise.race(created)
    await (round % 2 === 0 ? first : second).mock.reset()
    t.ok((await Promise.all(created)).every(({ status }) => status === 201), 'requests that were under way are answered')
    t.same(await first.mock.sessions(), await second.mock.sessions(), 'a request that came later is in the new world, for both')
    await (round % 2 === 0 ? first : second).mock.reset()
    const sessions = await (round % 2 === 0 ? second : first).mock.sessions()
    t.same(sessions.filter(session => session.external_ref?.startsWith('round')), [])
  }
})

t.test('both replicas have one journal, whose IDs have no gaps', async t => {
  const { first, second, send } = await startReplicas(t)
  const requests = Array.from({ length: 200 }, async (_, index) => send('PATCH', '/sessions/ses_pending', { body: { external_ref: String(index) } }))
  await Promise.all(requests)
  const entries = await second.mock.requests()
  t.same(entries.map(({ id }) => id), Array.from({ length: 200 }, (_, index) => index + 1))
  t.equal(new Set(entries.map(({ request }) => (request.body as { external_ref: string }).external_ref)).size, 200)
  t.equal(await journalOf(first), await journalOf(second))
  t.equal((await first.mock.request(100)).request_id, (await second.mock.request(100)).request_id)

  await send('PATCH', '/sessions/ses_none', { body: {} })
  t.equal((await first.mock.requests({ limit: 1 }))[0]?.status, 404)
  t.equal((await second.mock.requests({ limit: 1 }))[0]?.status, 404, 'a response is in the journal of both when it arrives')
  await second.mock.clearRequests()
  t.same(await first.mock.requests(), [])
})

t.test('a journal that is full drops the oldest, and says how many', async t => {
  const { first, second, send } = await startReplicas(t, ['--max-journal-entries', '50'])
  await Promise.all(Array.from({ length: 120 }, async () => send('PATCH', '/sessions/ses_pending', { body: {} })))
  t.same((await first.mock.requests()).map(({ id }) => id), Array.from({ length: 50 }, (_, index) => index + 71))
  t.match(JSON.parse(await journalOf(second)), { total: 50, dropped: 70 })
})

t.test('lists have the same order and the same pages on both replicas', async t => {
  const { first, second, send } = await startReplicas(t)
  await Promise.all(Array.from({ length: 60 }, async (_, index) => send('POST', '/sessions', { body: { external_ref: `order-${index % 7}` } })))
  for (const query of ['', 'limit=7&offset=13', 'status=pending&limit=100', 'external_ref=order-3']) {
    const [one, other] = await Promise.all([first, second].map(async replica => balanced([replica])('GET', `/_mock/sessions?environment=sandbox&${query}`)))
    t.equal(one?.body, other?.body, query)
    const pages = await Promise.all([first, second].map(async replica => balanced([replica])('GET', `/sessions?${query}`)))
    t.same(pages.map(({ status }) => status), [200, 200])
    t.equal(pages[0]?.body, pages[1]?.body, query)
  }
})
