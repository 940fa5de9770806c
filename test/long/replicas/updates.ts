import t from 'tap'
import type { Session } from '../../../src/index.js'
import { isReplay, startReplicas } from '../replica.js'

t.test('200 equal requests with one key over both replicas: one is executed, the others are replayed', async t => {
  const { first, second, send } = await startReplicas(t)
  const update = async () => send('PATCH', '/sessions/ses_pending', { body: { metadata: { n: 1 } }, key: 'same' })
  const answers = await Promise.all(Array.from({ length: 200 }, update))
  t.same([...new Set(answers.map(({ status }) => status))], [200])
  t.equal(answers.filter(answer => !isReplay(answer)).length, 1)
  t.equal(new Set(answers.map(({ body }) => body)).size, 1, 'the same to the byte')
  for (const { mock } of [first, second]) {
    const entries = await mock.requests({ idempotency_key: 'same' })
    t.equal(entries.length, 200)
    t.equal(entries.filter(({ replayed }) => !replayed).length, 1)
    t.equal(entries.flatMap(({ changes }) => changes).length, 1, 'one change')
    t.equal((await mock.idempotencyKeys()).length, 1)
  }
})

t.test('200 equal requests that create a session create one', async t => {
  const { second, send } = await startReplicas(t)
  const create = async () => send('POST', '/sessions', { body: { external_ref: 'once' }, key: 'same' })
  const answers = await Promise.all(Array.from({ length: 200 }, create))
  t.equal(answers.filter(answer => !isReplay(answer)).length, 1)
  t.equal(new Set(answers.map(({ body }) => body)).size, 1)
  t.equal((await second.mock.sessions({ external_ref: 'once' })).length, 1)
})

t.test('of two different updates with one key at the same time, one is executed and the other is refused, whichever comes first', async t => {
  const { second, send } = await startReplicas(t)
  for (let round = 0; round < 50; round++) {
    const answers = await Promise.all(['a', 'b'].map(async ref =>
      send('PATCH', '/sessions/ses_pending', { body: { external_ref: `${ref}${round}` }, key: `key ${round}` })))
    t.same(answers.map(({ status }) => status).sort(), [200, 422])
    const executed = answers.find(({ status }) => status === 200)
    t.equal((await second.mock.session('ses_pending')).external_ref, (JSON.parse(executed?.body ?? '') as Session).external_ref)
  }
})

t.test('1,000 concurrent merges of different metadata keys into one session are all there', async t => {
  const { first, second, send } = await startReplicas(t)
  const before = (await first.mock.session('ses_pending')).metadata
  const keys = Array.from({ length: 1_000 }, (_, index) => `k${index}`)
  const answers = await Promise.all(keys.map(async (key, index) => send('PATCH', '/sessions/ses_pending', { body: { metadata: { [key]: index } }, key })))
  t.same([...new Set(answers.map(({ status }) => status))], [200])
  t.ok(answers.every(answer => !isReplay(answer)))
  const merged = { ...before, ...Object.fromEntries(keys.map((key, index) => [key, index])) }
  for (const { mock } of [first, second]) t.same((await mock.session('ses_pending')).metadata, merged)
  t.ok(answers.every(({ body }, index) => (JSON.parse(body) as Session).metadata[`k${index}`] === index), 'each response has its own')
})

t.test('merges into many sessions at the same time: what one replica writes, the other one finds', async t => {
  const { first, second, send } = await startReplicas(t)
  const ids = (await first.mock.seed(Array.from({ length: 20 }, (_, index) => ({ id: `ses_${index}`, status: 'pending' as const })))).map(({ id }) => id)
  const chains = ids.map(async id => {
    for (let step = 0; step < 20; step++) {
      const { body } = await send('PATCH', `/sessions/${id}`, { body: { metadata: { [`k${step}`]: step, [`k${step - 1}`]: null } } })
      t.same((JSON.parse(body) as Session).metadata, { [`k${step}`]: step })
    }
  })
  await Promise.all(chains)
  t.same(await second.mock.sessions(), await first.mock.sessions())
})
