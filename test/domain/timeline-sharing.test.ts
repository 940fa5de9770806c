import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { type Changes, LEASE, type Store } from '../../src/domain/store.js'
import { StoreAwayError } from '../../src/domain/store-away.js'
import type { DueHandler, DueItem } from '../../src/domain/due-item.js'
import { clockAt, dueItem, memoryStore, NOW } from './examples.js'
import { Machine } from './machine.js'
import { failingStore, storeWith } from './store-with.js'
import { pending, slowHandler, timelineOn } from './timeline-on.js'

/** How long a timeline waits before it asks again whether it leads. */
const LOOK_AGAIN = LEASE / 3

/** A process with a timeline that shares a store. It leads when the test says so. */
function processOn (machine: Machine, store: Store, handlers?: Record<string, DueHandler>) {
  const process = { leads: false, asked: 0 }
  const shared = (store: Store) => storeWith(store, {
    isShared: true,
    lead: async () => {
      process.asked++
      return process.leads
    }
  })
  return Object.assign(process, timelineOn(machine, handlers, shared, store))
}

/** A store whose clock stands still, with some documents. */
const frozenStore = (puts: Changes['puts'] = {}) => memoryStore({ puts: { settings: [clockAt(NOW)], ...puts } })

const running = async (store: Store) => (await store.list('running')).map(({ id, at }) => [id, at - NOW])

t.test('a process that does not lead carries out nothing, and looks again until it does', async t => {
  const machine = new Machine(t)
  const one = processOn(machine, frozenStore())
  await one.put(dueItem('a', NOW))
  const moved = one.timeline.moveTo({ advance: 5 })
  await machine.settle()
  t.same([one.done, one.clock.now(), machine.timers], [[], NOW, [[LOOK_AGAIN, true]]])
  await machine.pass(10 * LOOK_AGAIN)
  t.same([one.done, one.clock.now()], [[], NOW])
  one.leads = true
  await machine.pass(LOOK_AGAIN)
  t.equal(await moved, true)
  t.same([one.done, one.clock.now()], [[['a', 0]], NOW + 5])
  t.same(machine.timers, [], 'nothing is left to do')
})

t.test('a process that leads asks again only after a while', async t => {
  const machine = new Machine(t)
  const one = processOn(machine, memoryStore())
  one.leads = true
  await one.put(dueItem('a', NOW))
  await one.put(dueItem('b', NOW))
  t.equal(one.asked, 1)
  machine.now += LOOK_AGAIN
  await one.put(dueItem('c', NOW))
  t.same([one.asked, one.done.map(([id]) => id)], [2, ['a', 'b', 'c']])
})

t.test('it asks again also while the time of the store stands still', async t => {
  const machine = new Machine(t)
  const one = processOn(machine, storeWith(frozenStore(), { machineTime: () => NOW }))
  one.leads = true
  await one.put(dueItem('a', NOW))
  machine.now += LOOK_AGAIN
  await one.put(dueItem('b', NOW))
  t.same([one.asked, one.done.map(([id]) => id)], [2, ['a', 'b']])
})

t.test('a process that does not lead waits for what is due while the clock runs, since then nobody may lead', async t => {
  const machine = new Machine(t)
  const one = processOn(machine, memoryStore())
  await one.put(dueItem('a', NOW + 10 * LOOK_AGAIN))
  t.same(machine.timers, [[10 * LOOK_AGAIN, true]])
  one.leads = true
  await machine.pass(10 * LOOK_AGAIN)
  t.same(one.done, [['a', 10 * LOOK_AGAIN]])
})

t.test('a move that one process asks for is made by the one that leads', async t => {
  const machine = new Machine(t)
  const store = frozenStore()
  const [one, other] = [processOn(machine, store), processOn(machine, store)]
  other.leads = true
  await one.put(dueItem('a', NOW + 1), dueItem('b', NOW + 9))
  t.same([await one.timeline.moveTo({ advance: 5 }), await one.timeline.moveTo({ set: 8e15 })], [true, false])
  t.same([one.done, other.done, one.clock.now()], [[], [['a', 1]], NOW + 5])
})

t.test('a move that one process has begun is ended by the next one that leads', async t => {
  const { slow, end } = slowHandler()
  const machine = new Machine(t)
  const store = frozenStore()
  const [one, other] = [processOn(machine, store, { slow }), processOn(machine, store)]
  one.leads = true
  await one.put(dueItem('a', NOW + 1, 'slow'), dueItem('b', NOW + 2))
  const moved = other.timeline.moveTo({ advance: 5 })
  await machine.settle()
  t.same([one.clock.now() - NOW, (await store.list('moves'))[0]?.target], [1, NOW + 5])
  one.timeline.stop()
  end('a')
  await store.transact({}, () => ({ deletes: { running: ['a'] } }))
  other.leads = true
  await machine.pass(LOOK_AGAIN)
  t.equal(await moved, true)
  t.same([other.done, other.clock.now() - NOW], [[['b', 2]], 5])
})

t.test('what was put before a move is carried out before its end, also if it was put after the leading process had looked', async t => {
  const machine = new Machine(t)
  const store = frozenStore()
  let looked = false
  const slow = (store: Store) => storeWith(store, {
    isShared: true,
    firstDue: async () => {
      const first = await store.firstDue()
      if (looked) return first
      looked = true
      await store.transact({}, () => ({ puts: { due: [dueItem('a', NOW + 1)], moves: [{ id: 'm', set: null, advance: 5, target: null, refused: false }] } }))
      return first
    }
  })
  const { timeline, done, clock } = timelineOn(machine, {}, slow, store)
  timeline.schedule()
  await machine.settle()
  t.same([done, clock.now() - NOW, await store.count('moves')], [[['a', 1]], 5, 0])
})

t.test('a process that begins to lead does again what another process has begun and not ended', async t => {
  const { slow, begun, end } = slowHandler()
  const machine = new Machine(t)
  const store = frozenStore({ running: [dueItem('a', NOW - 5, 'slow'), dueItem('b', NOW - 3)] })
  const one = processOn(machine, store, { slow })
  one.timeline.schedule()
  await machine.settle()
  t.same([begun, machine.timers], [[], [[LOOK_AGAIN, true]]], 'it looks again, because something is under way')
  one.leads = true
  await machine.pass(LOOK_AGAIN)
  t.same([begun, one.done, await running(store), await pending(store)], [['a'], [['b', 0]], [['a', -5]], []])
  end('a')
  await machine.settle()
  t.same([begun, await running(store), one.failed], [['a'], [], []])
})

t.test('what two processes want to do again at the same time is done once', async t => {
  const { slow, begun } = slowHandler()
  const machine = new Machine(t)
  const store = frozenStore({ running: [dueItem('a', NOW, 'slow'), dueItem('b', NOW, 'slow')] })
  const processes = [processOn(machine, store, { slow }), processOn(machine, store, { slow })]
  for (const process of processes) process.leads = true
  for (const { timeline } of processes) timeline.schedule()
  await machine.settle()
  t.same([begun.sort(), await running(store), await pending(store)], [['a', 'b'], [['a', 0], ['b', 0]], []])
})

t.test('what another process ends while this one looks for what to do again is not done again', async t => {
  const { slow, begun } = slowHandler()
  const machine = new Machine(t)
  const late = (store: Store) => storeWith(store, {
    isShared: true,
    list: async collection => {
      const found = await store.list(collection)
      if (collection === 'running') await store.transact({}, () => ({ deletes: { running: ['a'] } }))
      return found
    }
  })
  const { timeline, store, failed } = timelineOn(machine, { slow }, late, frozenStore({ running: [dueItem('a', NOW, 'slow')] }))
  timeline.schedule()
  await machine.settle()
  t.same([begun, failed, await pending(store)], [[], [], []])
})

t.test('what was put since under the ID of an item that is done again stays as it is', async t => {
  const { slow, begun } = slowHandler()
  const machine = new Machine(t)
  const store = frozenStore({ running: [dueItem('a', NOW, 'slow')], due: [dueItem('a', NOW + 50, 'slow')] })
  const one = processOn(machine, store, { slow })
  one.leads = true
  one.timeline.schedule()
  await machine.settle()
  t.same([begun, await running(store), await pending(store)], [[], [], [['a', 50]]])
})

t.test('what is in flight here is not done again when this process leads again', async t => {
  const { slow, begun, end } = slowHandler()
  const machine = new Machine(t)
  const store = frozenStore()
  const one = processOn(machine, store, { slow })
  one.leads = true
  await one.put(dueItem('a', NOW, 'slow'))
  t.same([begun, await running(store)], [['a'], [['a', 0]]])
  one.leads = false
  await machine.pass(LOOK_AGAIN)
  one.leads = true
  await machine.pass(2 * LEASE)
  t.same([begun, await running(store)], [['a'], [['a', 0]]])
  end('a')
  await machine.settle()
  t.same([begun, await running(store), await pending(store)], [['a'], [], []])
})

t.test('a process that led long ago does again what another process has begun since', async t => {
  const machine = new Machine(t)
  const store = frozenStore()
  const one = processOn(machine, store)
  one.leads = true
  await one.put(dueItem('a', NOW))
  await machine.pass(2 * LEASE)
  // meanwhile another process has led, has begun something, and died
  await store.transact({}, () => ({ puts: { running: [dueItem('b', NOW)] } }))
  await machine.pass(LOOK_AGAIN)
  await one.put(dueItem('c', NOW))
  t.same(one.done.map(([id]) => id).sort(), ['a', 'b', 'c'])
})

t.test('a move waits for all effects of an item that is under way twice', async t => {
  const { slow, begun, end } = slowHandler()
  const machine = new Machine(t)
  const { timeline, put } = timelineOn(machine, { slow }, undefined, frozenStore())
  await put(dueItem('a', NOW, 'slow'))
  await put(dueItem('a', NOW, 'slow'))
  t.same(begun, ['a', 'a'])
  let moved = false
  const moving = timeline.moveTo({ advance: 5 }).then(() => moved = true)
  end('a')
  await machine.settle()
  t.equal(moved, false)
  end('a')
  await moving
})

/** What is to be carried out in each run below; `quick` has an effect that is over at once. */
const items = [dueItem('a', NOW), dueItem('b', NOW + 1, 'quick'), dueItem('c', NOW + 1, 'follow'), dueItem('d', NOW + 2, 'repeat'), dueItem('e', NOW + 3, 'fail')]

for (const loss of ['request', 'reply'] as const) {
  t.test(`whichever call of a store is its last before it is away, nothing is dropped, and it goes on when the store is back (the ${loss} is lost)`, async t => {
    const machine = new Machine(t)
    for (let failing = 0, calls = Infinity; failing < calls; failing++) {
      calls = 0
      const effects: string[] = []
      const quick: DueHandler = { reads: () => ({}), decide: () => ({}), effect: async ({ id }) => void effects.push(id) }
      const store = frozenStore({ due: items })
      const loses = () => calls++ === failing ? loss : undefined
      const { timeline, done, failed, clock } = timelineOn(machine, { quick }, store => failingStore(store, loses), store)
      const move = async (): Promise<boolean> => timeline.moveTo({ set: NOW + 10 }).catch(async (error: unknown) => {
        assert.ok(error instanceof StoreAwayError)
        return move()
      })
      const moving = move()
      await machine.pass(LOOK_AGAIN)
      await moving
      await machine.pass(LOOK_AGAIN)
      const left = [await running(store), await store.count('moves'), await pending(store), machine.timers]
      assert.deepEqual(left, [[], 0, [['d', 12]], []], `call ${failing}`)
      assert.deepEqual([done, clock.now() - NOW], [[['a', 0], ['c', 1], ['d', 2], ['c+', 6]], 10], `call ${failing}`)
      // an effect whose end could not be recorded is had once more, and an error is reported once more
      assert.ok(effects.length === 1 || effects.length === 2, `call ${failing}: ${effects.length} effects`)
      t.ok(failed.length === 1 || failed.length === 2)
      t.same(failed[0], ['e', 'failed'])
      timeline.stop()
    }
    t.ok(t.counts.total > 30, 'all calls of a run have failed once')
  })
}

t.test('an effect that is interrupted because the store is away is repeated, and not reported', async t => {
  const { slow, begun, end } = slowHandler()
  const machine = new Machine(t)
  const { put, store, failed } = timelineOn(machine, { slow }, undefined, frozenStore())
  await put(dueItem('a', NOW, 'slow'))
  end('a', new StoreAwayError('cut'))
  await machine.settle()
  t.same([begun, failed, await running(store)], [['a', 'a'], [], [['a', 0]]])
  end('a')
  await machine.settle()
  t.same([begun, await running(store), await pending(store)], [['a', 'a'], [], []])
})

t.test('a store that fails for another reason is reported, and asked again', async t => {
  const machine = new Machine(t)
  let broken = true
  const store = frozenStore()
  const breaking = (store: Store) => storeWith(store, {
    firstDue: async () => {
      if (broken) throw new Error('broken')
      return store.firstDue()
    }
  })
  const { put, done, failed } = timelineOn(machine, {}, breaking, store)
  await put(dueItem('a', NOW))
  t.same([failed, done, machine.timers], [[[undefined, 'broken']], [], [[LOOK_AGAIN, true]]])
  broken = false
  await machine.pass(LOOK_AGAIN)
  t.same(done, [['a', 0]])
})

t.test('an effect whose end cannot be recorded is reported, and not repeated immediately', async t => {
  const { slow, begun, end } = slowHandler()
  const machine = new Machine(t)
  let broken = false
  const breaking = (store: Store) => storeWith(store, {
    transact: async (reads, decide) => {
      if (broken) throw new Error('broken')
      return store.transact(reads, decide)
    }
  })
  const { put, failed, store } = timelineOn(machine, { slow }, breaking, frozenStore())
  await put(dueItem('a', NOW, 'slow'))
  broken = true
  end('a')
  await machine.settle()
  broken = false
  await put(dueItem('b', NOW))
  t.same([begun, failed, await running(store)], [['a'], [['a', 'broken']], [['a', 0]]])
})

type Leads = readonly [boolean, boolean]
type Step = { put: DueItem } | { move: number, by: 0 | 1 } | { leads: Leads } | { pass: number }

/** Two processes do what a test says, one of which leads in the end. Says how often items were put, and carried out. */
async function share (machine: Machine, steps: readonly Step[], handler: (carriedOut: string[]) => DueHandler) {
  machine.now = NOW
  const store = frozenStore()
  const carriedOut: string[] = []
  const once = handler(carriedOut)
  const processes = [processOn(machine, store, { once }), processOn(machine, store, { once })] as const
  const lead = (leads: Leads) => processes.forEach((process, index) => Object.assign(process, { leads: leads[index] }))
  const moves: Promise<boolean>[] = []
  let puts = 0
  for (const step of steps) {
    if ('put' in step) {
      if (!(await store.list('due')).some(({ id }) => id === step.put.id)) puts++
      await processes[0].put(step.put)
    } else if ('move' in step) {
      moves.push(processes[step.by].timeline.moveTo({ advance: step.move }))
    } else if ('leads' in step) {
      lead(step.leads)
    } else {
      await machine.pass(step.pass)
    }
    await machine.settle()
  }
  lead([true, false])
  await machine.pass(LEASE)
  assert.ok((await Promise.all(moves)).every(made => made))
  await processes[1].timeline.moveTo({ set: NOW + 1_000_000 })
  assert.deepEqual([await running(store), await store.count('moves'), await store.count('due')], [[], 0, 0])
  for (const { timeline, failed } of processes) {
    assert.deepEqual(failed, [])
    timeline.stop()
  }
  return { puts, carriedOut }
}

const stepsWith = (leads: fc.Arbitrary<Leads>): fc.Arbitrary<Step[]> => {
  const id = fc.constantFrom('a', 'b', 'c', 'd', 'e')
  const time = fc.integer({ min: -20, max: 60 })
  return fc.array(fc.oneof<{ weight: number, arbitrary: fc.Arbitrary<Step> }[]>(
    { weight: 3, arbitrary: fc.record({ put: fc.tuple(id, time).map(([id, at]) => dueItem(id, NOW + at, 'once')) }) },
    { weight: 2, arbitrary: fc.record({ move: time, by: fc.constantFrom(0, 1) }) },
    { weight: 2, arbitrary: fc.record({ leads }) },
    { weight: 2, arbitrary: fc.record({ pass: fc.constantFrom(1, 30, LOOK_AGAIN, LEASE) }) }
  ), { maxLength: 30 })
}

t.test('whoever of two processes leads, and also when both think that they do, each item is carried out once', async t => {
  const machine = new Machine(t)
  const leads = fc.tuple(fc.boolean(), fc.boolean())
  await fc.assert(fc.asyncProperty(stepsWith(leads), async steps => {
    const { puts, carriedOut } = await share(machine, steps, carriedOut => ({
      reads: () => ({}),
      decide: ({ id }) => {
        carriedOut.push(id)
        return {}
      }
    }))
    assert.equal(carriedOut.length, puts)
  }), { numRuns: 50 })
})

t.test('as long as one process leads at a time, each item has its effect once', async t => {
  const machine = new Machine(t)
  const leads = fc.constantFrom<Leads[]>([true, false], [false, true], [false, false])
  await fc.assert(fc.asyncProperty(stepsWith(leads), async steps => {
    const { puts, carriedOut } = await share(machine, steps, carriedOut => ({
      reads: () => ({}), decide: () => ({}), effect: async ({ id }) => void carriedOut.push(id)
    }))
    assert.equal(carriedOut.length, puts)
  }), { numRuns: 50 })
})
