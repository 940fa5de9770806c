import t, { type Test } from 'tap'
import type { Session } from '../../../src/index.js'
import { type CuttingProxy, startCuttingProxy } from '../cutting-proxy.js'
import { startEngine } from '../engine.js'
import { type Answer, balanced, isReplay, needsEngine, persistent, readiness, type Replica, type Send, startReplica } from '../replica.js'

/** More than a request needs of commands, so that the last cut comes too late for it. */
const PLACES = 8

/** How often the network is cut in each place: what the replica does by itself may take some of the cuts. */
const TIMES = 3

interface Started {
  proxy: CuttingProxy
  /** A replica behind the proxy, and one beside it. */
  cut: Replica
  direct: Replica
}

async function start (t: Test): Promise<Started> {
  const engine = await startEngine(t)
  const proxy = await startCuttingProxy(t, engine)
  return { proxy, cut: await startReplica(t, proxy.url), direct: await startReplica(t, engine.url) }
}

const cuts: Record<string, (proxy: CuttingProxy, place: number) => void> = {
  'after a reply': (proxy, place) => proxy.cutAfterReplies(place),
  'before a command': (proxy, place) => proxy.cutBeforeCommand(place + 1)
}

/** Sends a request while the network is cut in one place, and again with the same key, in all places. */
async function cutEverywhere (
  { proxy, cut, direct }: Started, arm: (proxy: CuttingProxy, place: number) => void,
  each: (name: string, once: Send, again: Send) => Promise<Answer>
): Promise<Answer[]> {
  const answers: Answer[] = []
  const once: Send = async (...request) => balanced([cut])(...request).finally(() => proxy.disarm())
  for (let place = 0; place <= PLACES; place++) {
    for (let time = 0; time < TIMES; time++) {
      await readiness(cut)
      arm(proxy, place)
      answers.push(await each(`${place} ${time}`, once, persistent(balanced([cut, direct]))))
    }
  }
  return answers
}

for (const [where, arm] of Object.entries(cuts)) {
  t.test(`the network is cut ${where} of an update: with its retry it is executed once`, needsEngine, async t => {
    const started = await start(t)
    const { mock } = started.direct
    const answers = await cutEverywhere(started, arm, async (name, once, again) => {
      const request = ['PATCH', '/sessions/ses_pending', { body: { metadata: { [name]: name } }, key: name }] as const
      const answer = await once(...request)
      const between = await mock.session('ses_pending')
      const isExecuted = name in between.metadata
      const retried = await again(...request)
      const after = await mock.session('ses_pending')
      t.ok(answer.status === 503 || (answer.status === 200 && isExecuted), `${name}: ${answer.status} ${isExecuted ? 'executed' : 'not executed'}`)
      t.equal(retried.status, 200)
      t.equal(isReplay(retried), isExecuted, 'the retry is a replay when the update was executed')
      if (isExecuted) t.same(after, between, 'and then changes nothing, updated_at neither')
      if (answer.status === 200) t.equal(retried.body, answer.body)
      t.match(after, { metadata: { [name]: name }, updated_at: (JSON.parse(retried.body) as Session).updated_at })
      const changes = (await mock.requests({ idempotency_key: name })).flatMap(entry => entry.changes)
      t.ok(changes.length <= 1, 'at most one change in the journal')
      return answer
    })
    checkCuts(t, answers, started)
  })

  t.test(`the network is cut ${where} of a creation: with its retry one session is created`, needsEngine, async t => {
    const started = await start(t)
    const { mock } = started.direct
    const answers = await cutEverywhere(started, arm, async (name, once, again) => {
      const request = ['POST', '/sessions', { body: { external_ref: name }, key: name }] as const
      const answer = await once(...request)
      const [created] = await mock.sessions({ external_ref: name })
      const retried = await again(...request)
      t.ok(answer.status === 503 || (answer.status === 201 && created !== undefined), `${name}: ${answer.status}`)
      t.equal(retried.status, 201)
      t.equal(isReplay(retried), created !== undefined)
      const sessions = await mock.sessions({ external_ref: name })
      t.same(sessions.map(({ id }) => id), [(JSON.parse(retried.body) as Session).id])
      return answer
    })
    checkCuts(t, answers, started)
  })
}

/** Checks that the network was cut in the middle of requests, and in the end after them. */
function checkCuts (t: Test, answers: readonly Answer[], { proxy }: Started): void {
  t.ok(proxy.cuts >= 2 * TIMES, `${proxy.cuts} cuts`)
  t.ok(answers.filter(({ status }) => status === 503).length >= 2 * TIMES, 'the first places are in the middle of a request')
  t.notOk(answers.at(-1)?.status === 503, 'the last place is behind it')
}

t.test('a replica whose network is gone works again when it is back, and has what others did meanwhile', needsEngine, async t => {
  const { proxy, cut, direct } = await start(t)
  const update = async (replica: Replica) => balanced([replica])('PATCH', '/sessions/ses_pending', { body: {} })
  for (let round = 0; round < 3; round++) {
    proxy.refuse(true)
    await readiness(cut, false)
    t.same([(await update(cut)).status, (await update(direct)).status], [503, 200], 'the other one goes on')
    const time = `2026-03-0${round + 1}T12:00:00.000Z`
    await direct.mock.clock.freeze(time)
    await direct.mock.faults.add({ then: { status: 500 } })
    proxy.refuse(false)
    await readiness(cut)
    t.equal((await cut.mock.clock.now()).toISOString(), time)
    t.same([(await update(cut)).status, (await update(direct)).status], [500, 200], 'the fault strikes once')
  }
  await direct.mock.reset()
  t.same(await cut.mock.sessions(), await direct.mock.sessions())
})
