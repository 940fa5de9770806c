import t from 'tap'
import type { Session } from '../../../src/index.js'
import { type Answer, isReplay, type Send, startReplicas } from '../replica.js'

const update = async (send: Send, body: object = {}, key?: string) =>
  send('PATCH', '/sessions/ses_pending', { body, ...(key !== undefined && { key }) })

/** Which of some updates a fault took effect on, by their order. */
async function struck (send: Send, count: number, together: boolean): Promise<number[]> {
  const statuses: number[] = []
  if (together) statuses.push(...(await Promise.all(Array.from({ length: count }, async () => update(send)))).map(({ status }) => status))
  else while (statuses.length < count) statuses.push((await update(send)).status)
  return statuses.flatMap((status, index) => status === 500 ? [index] : [])
}

t.test('a fault takes effect as often as it says, over both replicas', async t => {
  const { first, second, send } = await startReplicas(t)
  const rule = { match: { operation: 'updateSession' }, then: { status: 500 } }
  for (const { mock } of [first, second]) {
    await mock.faults.add(rule)
    t.equal((await struck(send, 40, true)).length, 1)
    t.same([await first.mock.faults.list(), await second.mock.faults.list()], [[], []], 'it is used up')

    await mock.faults.add({ ...rule, times: 10, skip: 5 })
    t.equal((await struck(send, 40, true)).length, 10)
    await mock.faults.add({ ...rule, times: 10, skip: 5 })
    t.same(await struck(send, 40, false), Array.from({ length: 10 }, (_, index) => index + 5))

    await mock.faults.add({ ...rule, times: null })
    t.equal((await struck(send, 10, true)).length, 10)
    await second.mock.faults.clear()
    t.same(await struck(send, 10, true), [])
  }
})

t.test('a clock that is set on one replica is set on the other at once', async t => {
  const { first, second, send } = await startReplicas(t)
  const create = async () => JSON.parse((await send('POST', '/sessions', { body: {} })).body) as Session
  for (const [one, other] of [[first.mock, second.mock], [second.mock, first.mock]] as const) {
    for (const time of ['2026-03-01T12:00:00.000Z', '2031-01-01T00:00:00.000Z', '2020-02-29T23:59:59.999Z']) {
      await one.clock.freeze(time)
      t.equal((await other.clock.now()).toISOString(), time)
      const created = await Promise.all([create(), create()])
      t.same(created.map(session => session.created_at), [time, time])
      const updated = await Promise.all([update(send), update(send)])
      t.same(updated.map(({ body }) => (JSON.parse(body) as Session).updated_at), [time, time])
      t.same((await other.requests({ limit: 4 })).map(({ at }) => at), [time, time, time, time])
    }
    await other.clock.advance('90m')
    t.equal((await one.clock.now()).toISOString(), '2020-03-01T01:29:59.999Z')
    await one.clock.reset()
    t.ok(Math.abs((await other.clock.now()).getTime() - Date.now()) < 60_000, 'real time')
  }
})

t.test('a clock that runs never goes back from one replica to the other', async t => {
  const { first, second } = await startReplicas(t)
  await first.mock.clock.set('2026-03-01T12:00:00.000Z')
  let last = 0
  for (let count = 0; count < 200; count++) {
    const now = (await (count % 2 === 0 ? first : second).mock.clock.now()).getTime()
    if (now < last) t.fail(`${now} after ${last}`)
    last = now
  }
  t.ok(last < Date.parse('2026-03-01T12:10:00.000Z'))
})

t.test('an idempotency key expires on all replicas when the clock of one is advanced', async t => {
  const { first, second, send } = await startReplicas(t)
  await first.mock.clock.freeze()
  for (const [round, { mock }] of [first, second].entries()) {
    const key = `key ${round}`
    t.equal((await update(send, { external_ref: 'a' }, key)).status, 200)
    const refused = await Promise.all([update(send, { external_ref: 'b' }, key), update(send, { external_ref: 'b' }, key)])
    t.same(refused.map(({ status }) => status), [422, 422], 'both know it')
    await mock.clock.advance('24h')
    const answers = await Promise.all([update(send, { external_ref: 'b' }, key), update(send, { external_ref: 'b' }, key)])
    t.same(answers.map(({ status }) => status), [200, 200])
    t.equal(answers.filter(isReplay).length, 1)
  }
})

t.test('a rate limit counts the requests to all replicas', async t => {
  const { first, second, send } = await startReplicas(t, ['--rate-limit', '50'])
  await first.mock.clock.freeze('2026-03-01T12:00:10.000Z')
  const remaining = ({ headers }: Answer) => Number(headers['x-ratelimit-remaining'])
  const fiveTooMany = [...Array.from({ length: 50 }, (_, index) => 49 - index), 0, 0, 0, 0, 0]

  const one: Answer[] = []
  while (one.length < 55) one.push(await update(send))
  t.same(one.map(remaining), fiveTooMany)
  t.same(one.map(({ status }) => status), fiveTooMany.map((_, index) => index < 50 ? 200 : 429))

  await second.mock.clock.advance('50s')
  const together = await Promise.all(Array.from({ length: 55 }, async () => update(send)))
  t.same(together.map(remaining).sort((a, b) => b - a), fiveTooMany, 'each number once')
  t.equal(together.filter(({ status }) => status === 429).length, 5)

  for (const { mock } of [first, second]) {
    await mock.rateLimits.set({ remaining: 2 })
    const statuses = [await update(send), await update(send), await update(send), await update(send)].map(({ status }) => status)
    t.same(statuses, [200, 200, 429, 429])
  }
})

t.test('the quota of a plan counts the sessions that all replicas create', async t => {
  const { first, send } = await startReplicas(t, ['--plan', 'free'])
  await first.mock.clock.freeze()
  const answers = await Promise.all(Array.from({ length: 60 }, async () => send('POST', '/sessions', { body: {} })))
  t.equal(answers.filter(({ status }) => status === 201).length, 50)
  t.equal(answers.filter(({ status, body }) => status === 429 && body.includes('quota_exceeded')).length, 10)
})
