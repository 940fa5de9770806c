import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import t from 'tap'
import { LEASE, type Store } from '../../src/domain/store.js'
import { attemptOf } from '../../src/domain/webhooks/schedule.js'
import { Machine } from './machine.js'
import { failingStore, storeWith } from './store-with.js'
import { delivery, endpoint } from './webhook-examples.js'
import { ok, storeOf, webhooksOn } from './webhooks-on.js'

// Webhooks whose store processes share, or is away.

/** A store whose calls take so many turns of the event loop, one number after the other. */
function slowStore (store: Store, turns: readonly number[], parts: Partial<Store> = {}): Store {
  let calls = 0
  const after = async <T>(call: () => Promise<T>): Promise<T> => {
    for (let left = turns[calls++ % turns.length] as number; left > 0; left--) await turn()
    return call()
  }
  return storeWith(store, {
    isShared: true,
    transact: async (reads, decide) => after(async () => store.transact(reads, decide)),
    list: async collection => after(async () => store.list(collection)),
    ...parts
  })
}

t.test('what another process sends is shown as being sent', async t => {
  const store = storeOf(endpoint())
  const sender = webhooksOn(store)
  const other = webhooksOn(storeWith(store, { isShared: true, lead: async () => false }), ok)
  await sender.put(delivery())
  t.match(await other.webhooks.waiting(), [{ id: 'whd_a', state: 'sending' }])
  await sender.sent[0]?.respond(ok)
  t.same([await other.webhooks.waiting(), other.sent], [[], []])
})

t.test('however often two processes hold and release webhooks at the same time, each one is sent once', async t => {
  const action = fc.record({ by: fc.constantFrom(0, 1), what: fc.constantFrom('hold', 'release', 'put') })
  const turns = fc.array(fc.nat(3), { minLength: 1, maxLength: 10 })
  let held = 0
  const rounds = fc.array(fc.array(action, { maxLength: 6 }), { maxLength: 6 })
  await fc.assert(fc.asyncProperty(rounds, turns, async (rounds, turns) => {
    const store = storeOf(endpoint())
    const follower = slowStore(store, turns, { lead: async () => false })
    const processes = [webhooksOn(slowStore(store, turns), ok), webhooksOn(follower, ok)] as const
    let made = 0
    for (const actions of rounds) {
      await Promise.all(actions.map(async ({ by, what }) => {
        const { webhooks, put } = processes[by]
        await (what === 'hold' ? webhooks.hold() : what === 'release' ? webhooks.release() : put(delivery({ id: `whd_${made++}` })))
      }))
    }
    await processes[0].timeline.settled()
    const waiting = await processes[1].webhooks.waiting()
    assert.ok(waiting.every(({ state }) => state === 'held'), 'what was not sent is held')
    held += waiting.length
    await processes[1].webhooks.release()
    await processes[0].timeline.settled()
    assert.deepEqual((await store.list('deliveries')).map(({ status, held, attempts }) =>
      [status, held, attempts.length]),
    Array.from({ length: made }, () => ['succeeded', false, 1]))
    assert.deepEqual([processes[0].ids().sort(), processes[1].ids()], [Array.from({ length: made }, (_, id) => `whd_${id}`).sort(), []])
    for (const { webhooks, timeline } of processes) {
      webhooks.stop()
      timeline.stop()
    }
  }), { numRuns: 50 })
  t.ok(held > 10, `${held} were held in the end`)
})

for (const loss of ['request', 'reply'] as const) {
  t.test(`whichever call of the store fails, a webhook is sent, and again only when its attempt was not recorded (the ${loss} is lost)`, async t => {
    const machine = new Machine(t)
    let again = 0
    for (let failingCall = 0, calls = 0; failingCall <= calls; failingCall++) {
      calls = 0
      const store = storeOf(endpoint())
      const loses = () => calls++ === failingCall ? loss : undefined
      const { webhooks, timeline, ids, settle } = webhooksOn(failingStore(store, loses), ok)
      await store.transact({}, () => ({ puts: { deliveries: [delivery()], due: [attemptOf(delivery())] } }))
      for (let looks = 0; looks < 3; looks++) {
        await settle()
        await machine.pass(LEASE)
      }
      await settle()
      t.match(await store.list('deliveries'), [{ id: 'whd_a', status: 'succeeded' }], `call ${failingCall}`)
      t.same([...new Set(ids())], ['whd_a'])
      t.ok(ids().length <= 2, `call ${failingCall}`)
      t.same([await store.list('running'), await store.list('due')], [[], []])
      again += ids().length - 1
      webhooks.stop()
      timeline.stop()
    }
    t.ok(t.counts.total > 20, 'all calls have failed once')
    t.equal(again > 0, loss === 'request')
  })
}
