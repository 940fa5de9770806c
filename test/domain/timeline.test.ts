import assert from 'node:assert/strict'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { Clock, setTo, timeOf, withFrozen } from '../../src/domain/clock.js'
import type { Reads, Store } from '../../src/domain/store.js'
import { timeAfter } from '../../src/domain/clock-move.js'
import type { DueHandler, DueItem } from '../../src/domain/due-item.js'
import { dueItem, memoryStore, NOW, session } from './examples.js'
import { Machine } from './machine.js'
import { storeWith } from './store-with.js'
import { pending, slowHandler, timelineOn } from './timeline-on.js'

const DAY = 24 * 60 * 60 * 1000

const start = (t: Test, ...parts: [Record<string, DueHandler>?, ((store: Store) => Store)?]) => {
  const machine = new Machine(t)
  return { machine, ...timelineOn(machine, ...parts) }
}

t.test('a move carries out what is due, by time and then by ID, each item with the clock at its time', async t => {
  const { clock, timeline, put, done, store } = start(t)
  await clock.freeze(true)
  await put(dueItem('c', NOW + 2), dueItem('b', NOW + 3), dueItem('a', NOW + 3), dueItem('later', NOW + 11))
  await timeline.moveTo({ advance: 10 })
  t.same(done, [['c', 2], ['a', 3], ['b', 3]])
  t.same([clock.now(), clock.frozen], [NOW + 10, true])
  t.same(await pending(store), [['later', 11]])
})

t.test('a move carries out what its items schedule too, when that is due by then', async t => {
  const { timeline, put, done } = start(t)
  await put(dueItem('x', NOW + 1, 'follow'), dueItem('y', NOW + 4))
  await timeline.moveTo({ advance: 5 })
  t.same(done, [['x', 1], ['y', 4]])
  await timeline.moveTo({ advance: 1 })
  t.same(done.at(-1), ['x+', 6], 'it was due five milliseconds later')
})

t.test('an item that is due already is carried out at once, also while the clock is frozen', async t => {
  const { clock, put, done, machine } = start(t)
  await clock.freeze(true)
  await put(dueItem('past', NOW - 1), dueItem('now', NOW), dueItem('future', NOW + 1))
  t.same(done, [['past', 0], ['now', 0]])
  await machine.pass(DAY)
  t.same([done.length, machine.timers], [2, []])
})

t.test('while the clock runs, one timer waits for the next item, and keeps no process alive', async t => {
  const { clock, put, cancel, done, machine } = start(t)
  t.same(machine.timers, [])
  await put(dueItem('b', NOW + 500))
  t.same(machine.timers, [[500, true]])
  await put(dueItem('a', NOW + 200), dueItem('c', NOW + 900))
  t.same(machine.timers, [[200, true]])
  await machine.pass(600)
  t.same(done, [['a', 200], ['b', 500]])
  t.same(machine.timers, [[300, true]])
  await clock.freeze(true)
  await machine.settle()
  t.same(machine.timers, [])
  await clock.freeze(false)
  await machine.settle()
  t.same(machine.timers, [[300, true]])
  await cancel('c')
  await machine.settle()
  t.same(machine.timers, [])
})

t.test('a timer that fires too early waits for the rest', async t => {
  const { put, done, machine } = start(t)
  await put(dueItem('a', NOW + 500))
  machine.now -= 1
  await machine.pass(500)
  t.same([done, machine.timers], [[], [[1, true]]])
  await machine.pass(1)
  t.same(done, [['a', 500]])
})

t.test('an item is waited for longer than a timer can wait', async t => {
  const { put, done, machine } = start(t)
  await put(dueItem('a', NOW + 60 * DAY))
  t.same(machine.timers, [[2 ** 31 - 1, true]])
  await machine.pass(60 * DAY - 1)
  t.same(done, [])
  await machine.pass(1)
  t.same(done, [['a', 60 * DAY]])
})

t.test('a clock that is moved back repeats nothing, and what is pending waits for its time', async t => {
  const { timeline, put, done, store, clock } = start(t)
  await put(dueItem('a', NOW + 10), dueItem('b', NOW + 30))
  await timeline.moveTo({ advance: 20 })
  await timeline.moveTo({ advance: -100 })
  t.equal(clock.now(), NOW - 80)
  await timeline.moveTo({ set: NOW + 20 })
  t.same([done, await pending(store)], [[['a', 10]], [['b', 30]]])
})

t.test('a clock that is set carries out what is due by then', async t => {
  const { clock, put, done, machine } = start(t)
  await put(dueItem('a', NOW + 10))
  await clock.set(NOW + 15)
  await machine.settle()
  t.same(done, [['a', 15]])
})

t.test('moves are made one after the other', async t => {
  const { timeline, put, done, clock } = start(t)
  await clock.freeze(true)
  await put(dueItem('a', NOW + 5), dueItem('b', NOW + 15))
  await Promise.all([timeline.moveTo({ advance: 10 }), timeline.moveTo({ advance: 10 })])
  t.same([done, clock.now()], [[['a', 5], ['b', 15]], NOW + 20])
})

t.test('a move counts from the time that it sets, in whole milliseconds', async t => {
  const { timeline, clock } = start(t)
  const times: number[] = []
  for (const move of [{ set: NOW + 100, advance: 5.9 }, { set: NOW + 100, advance: -5.9 }, { set: NOW + 7 }, { advance: -0.5 }, {}]) {
    t.equal(await timeline.moveTo(move), true)
    times.push(clock.now() - NOW)
  }
  t.same(times, [105, 95, 7, 7, 7])
  t.same([timeAfter(NOW, { set: 3, advance: 2.5 }), timeAfter(NOW, { advance: -1 }), timeAfter(NOW, {})], [5, NOW - 1, NOW])
})

t.test('a move out of the years of a time changes nothing, and does not hold up the next', async t => {
  const { timeline, put, done, clock, store } = start(t)
  await put(dueItem('a', NOW + 5))
  for (const move of [{ advance: 1e15 }, { advance: -1e15 }, { set: 8e15 }, { set: NOW, advance: 1e15 }]) {
    t.equal(await timeline.moveTo(move), false)
  }
  t.same([done, clock.now(), await store.count('moves')], [[], NOW, 0])
  const moves = [timeline.moveTo({ set: 8e15 }), timeline.moveTo({ advance: 5 })]
  t.same([await Promise.all(moves), done], [[false, true], [['a', 5]]])
})

t.test('an item that fails is dropped and reported, and does not hold up the next', async t => {
  const { timeline, put, done, failed, store } = start(t)
  await put(dueItem('a', NOW + 1, 'fail'), dueItem('b', NOW + 1, 'unknown'), dueItem('c', NOW + 1, 'repeat'))
  await timeline.moveTo({ advance: 5 })
  t.same(failed, [['a', 'failed'], ['b', 'no handler for due items of type unknown']])
  t.same([done, await pending(store)], [[['c', 1]], [['c', 11]]])
})

t.test('what an item decides is written with the end of the item', async t => {
  const expire: DueHandler<{ sessions: string[] }> = {
    reads: item => ({ sessions: [item.subject] }),
    decide: (item, { sessions: [before = session()] }) => {
      const after = session({ id: item.subject, status: 'expired' })
      return { puts: { sessions: [after] }, events: [{ type: 'session.updated', session_id: after.id, before, after }] }
    }
  }
  const { timeline, put, store } = start(t, { expire })
  await put(dueItem('ses_a', NOW + 1, 'expire'), dueItem('b', NOW + 1))
  await timeline.moveTo({ advance: 1 })
  t.match(await store.list('sessions'), [{ id: 'ses_a', status: 'expired' }])
  t.same(await pending(store), [])
})

t.test('an item that is cancelled or put off at the last moment is not carried out', async t => {
  let meanwhile: (item: DueItem) => Promise<unknown>
  let error: Error | undefined = undefined
  const late: DueHandler = {
    reads: (item): Reads => {
      void meanwhile(item)
      if (error !== undefined) throw error
      return {}
    },
    decide: () => t.fail('carried out') as never
  }
  const { timeline, put, failed, store } = start(t, { late })
  meanwhile = async ({ id }) => store.transact({}, () => ({ deletes: { due: [id] } }))
  await put(dueItem('a', NOW + 1, 'late'))
  await timeline.moveTo({ advance: 1 })
  meanwhile = async ({ id }) => store.transact({}, () => ({ puts: { due: [dueItem(id, NOW + 9)] } }))
  await put(dueItem('b', NOW + 2, 'late'))
  await timeline.moveTo({ advance: 1 })
  t.same([failed, await pending(store)], [[], [['b', 9]]])
  error = new Error('failed')
  await put(dueItem('b', NOW + 3, 'late'))
  await timeline.moveTo({ advance: 1 })
  t.same([failed, await pending(store)], [[['b', 'failed']], [['b', 9]]], 'nor is it dropped when the old one fails')
})

t.test('a store that returns copies does as well', async t => {
  const copying = (store: Store): Store => storeWith(store, {
    transact: async (reads, decide) => store.transact(reads, (found, now) => decide(structuredClone(found), now)),
    list: async collection => structuredClone(await store.list(collection)),
    firstDue: async () => structuredClone(await store.firstDue())
  })
  const { timeline, put, done, store } = start(t, {}, copying)
  await put(dueItem('a', NOW + 1), dueItem('b', NOW + 2))
  await timeline.moveTo({ advance: 5 })
  t.same([done, await pending(store)], [[['a', 1], ['b', 2]], []])
})

t.test('a stopped timeline carries out nothing more, also of a move that has begun', async t => {
  let stop = (): void => undefined
  const handlers = { stop: { reads: () => ({}), decide: () => (stop(), {}) } }
  const { timeline, put, done, store, machine } = start(t, handlers)
  stop = () => timeline.stop()
  await put(dueItem('a', NOW + 1, 'stop'), dueItem('b', NOW + 2))
  t.equal(machine.timers.length, 1)
  await timeline.moveTo({ advance: 5 })
  await put(dueItem('c', NOW))
  await machine.pass(DAY)
  t.same([done, await pending(store), machine.timers], [[], [['b', 2], ['c', 0]], []])
})

t.test('an effect holds up no other item, and a move waits for it where it began', async t => {
  const { slow, begun, end } = slowHandler()
  const { timeline, put, done, clock, machine } = start(t, { slow })
  await clock.freeze(true)
  await put(dueItem('a', NOW + 1, 'slow'), dueItem('b', NOW + 1, 'slow'), dueItem('c', NOW + 1), dueItem('d', NOW + 2))
  let moved = false
  const move = timeline.moveTo({ advance: 5 }).then(() => moved = true)
  await machine.settle()
  t.same([begun, done, clock.now() - NOW], [['a', 'b'], [['c', 1]], 1])
  end('a')
  await machine.settle()
  t.same([done.length, moved], [1, false])
  await put(dueItem('e', NOW + 1))
  t.same(done.at(-1), ['e', 1], 'what is due meanwhile is carried out')
  end('b')
  await move
  t.same([done.at(-1), clock.now() - NOW], [['d', 2], 5])
})

t.test('an effect that fails is reported, and counts as done', async t => {
  const { slow, end } = slowHandler()
  const { timeline, put, failed, machine } = start(t, { slow })
  await put(dueItem('a', NOW, 'slow'))
  const settled = timeline.settled()
  await machine.settle()
  end('a', new Error('failed'))
  await settled
  t.same(failed, [['a', 'failed']])
})

t.test('a timeline is settled when nothing is due and no effect is in flight, wherever the clock stands', async t => {
  const { slow, end } = slowHandler()
  const { timeline, put, clock, machine } = start(t, { slow })
  await timeline.settled()
  await put(dueItem('a', NOW, 'slow'), dueItem('later', NOW + 10_000))
  let settled = false
  const settling = timeline.settled().then(() => settled = true)
  await machine.pass(20)
  t.equal(settled, false)
  end('a')
  await settling
  t.equal(clock.now(), NOW + 20, 'the clock runs on while it waits')
})

t.test('a running clock never goes back on the way of a move', async t => {
  const { slow, end } = slowHandler()
  const { timeline, put, clock, machine } = start(t, { slow })
  await put(dueItem('a', NOW + 1, 'slow'))
  const move = timeline.moveTo({ advance: 2 })
  await machine.pass(500)
  end('a')
  await move
  t.equal(clock.now(), NOW + 501)
})

t.test('a move ends when the timeline is stopped and its store closed, also while an effect is in flight', async t => {
  const { slow } = slowHandler()
  const { timeline, put, store } = start(t, { slow })
  await put(dueItem('a', NOW, 'slow'))
  const move = timeline.moveTo({ advance: 5 })
  timeline.stop()
  store.close()
  await Promise.all([move, timeline.moveTo({ advance: 5 })])
})

type Operation = { put: DueItem } | { cancel: string } | { move: number } | { freeze: boolean } | { pass: number }

/** What a timeline does, as simply as it can be said. */
class Model {
  readonly done: [id: string, clock: number][] = []
  readonly failed: string[] = []
  readonly pending = new Map<string, DueItem>()
  #now = 0
  #frozen = false

  apply (operation: Operation): void {
    if ('put' in operation) this.pending.set(operation.put.id, operation.put)
    if ('cancel' in operation) this.pending.delete(operation.cancel)
    if ('freeze' in operation) this.#frozen = operation.freeze
    if ('move' in operation) this.#goTo(this.#now + operation.move)
    if ('pass' in operation && !this.#frozen) this.#goTo(this.#now + operation.pass)
    this.#carryOut(this.#now)
  }

  #goTo (time: number): void {
    this.#carryOut(time)
    this.#now = time
  }

  #carryOut (until: number): void {
    for (;;) {
      const [item] = [...this.pending.values()].sort((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1))
      if (item === undefined || item.at - NOW > until) return
      this.#now = Math.max(this.#now, item.at - NOW)
      this.pending.delete(item.id)
      if (item.type === 'fail') {
        this.failed.push(item.id)
        continue
      }
      this.done.push([item.id, this.#now])
      if (item.type === 'follow') this.pending.set(`${item.id}+`, dueItem(`${item.id}+`, item.at + 5))
      if (item.type === 'repeat') {
        this.pending.delete('a')
        this.pending.set(item.id, dueItem(item.id, item.at + 10))
      }
    }
  }
}

t.test('whatever is scheduled, cancelled, moved, frozen and waited for, each item is carried out once, in order and at its time', async t => {
  const machine = new Machine(t)
  const id = fc.constantFrom('a', 'b', 'c', 'd')
  const time = fc.integer({ min: -20, max: 60 })
  const type = fc.constantFrom('test', 'test', 'follow', 'repeat', 'fail')
  const operation: fc.Arbitrary<Operation> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ put: fc.tuple(id, time, type).map(([id, at, type]) => dueItem(id, NOW + at, type)) }) },
    { weight: 1, arbitrary: fc.record({ cancel: id }) },
    { weight: 2, arbitrary: fc.record({ move: time }) },
    { weight: 1, arbitrary: fc.record({ freeze: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ pass: fc.nat(30) }) }
  )
  await fc.assert(fc.asyncProperty(fc.array(operation, { maxLength: 30 }), async operations => {
    machine.now = NOW
    const model = new Model()
    const { store, clock, timeline, done, failed, put, cancel } = timelineOn(machine)
    for (const operation of operations) {
      model.apply(operation)
      if ('put' in operation) await put(operation.put)
      else if ('cancel' in operation) await cancel(operation.cancel)
      else if ('move' in operation) await timeline.moveTo({ advance: operation.move })
      else if ('freeze' in operation) await clock.freeze(operation.freeze)
      else await machine.pass(operation.pass)
      await machine.settle()
      assert.deepEqual([done, failed.map(([id]) => id)], [model.done, model.failed])
      assert.deepEqual(new Map((await store.list('due')).map(item => [item.id, item])), model.pending)
      assert.ok(machine.timers.length === (model.pending.size > 0 && !clock.frozen ? 1 : 0), 'there is one timer at most')
    }
    timeline.stop()
  }), { numRuns: 200 })
})

t.test('the clock runs with the machine until it is moved', async t => {
  const machine = new Machine(t)
  const store = memoryStore()
  const clock = new Clock(store)
  const changes: number[] = []
  store.onWake(() => changes.push(clock.now() - NOW))
  t.same([clock.now(), clock.frozen], [NOW, false])
  machine.now += 10
  t.equal(clock.now(), NOW + 10)
  await clock.set(NOW + 1_000)
  machine.now += 10
  t.same([clock.now(), clock.machineTime()], [NOW + 1_010, NOW + 20])
  await clock.freeze(true)
  machine.now += 10
  t.same([clock.now(), clock.frozen], [NOW + 1_010, true])
  await clock.set(NOW + 500)
  await clock.freeze(true)
  t.equal(clock.now(), NOW + 500)
  await clock.freeze(false)
  machine.now += 10
  t.same([clock.now(), clock.frozen], [NOW + 510, false])
  await clock.freeze(true)
  await clock.reset()
  t.same([clock.now(), clock.frozen], [NOW + 40, false])
  t.equal((await store.revisions()).settings, changes.length)
  t.same(changes, [1_000, 1_010, 500, 500, 500, 510, 40], 'each change wakes a wait, and the running of time does not')
})

t.test('a clock has whole milliseconds, also when the machine has fractions', async t => {
  const setting = { id: 'clock', offset: 5, frozenAt: null } as const
  t.equal(timeOf(setting, NOW + 0.9), NOW + 5)
  t.same(setTo(NOW, setting, NOW + 0.9), { ...setting, offset: 0 })
  t.same(withFrozen(true, setting, NOW + 0.9), { ...setting, offset: 5, frozenAt: NOW + 5 })
  t.equal(timeOf(withFrozen(false, withFrozen(true, setting, NOW + 0.9), NOW + 100), NOW + 100), NOW + 5, 'it runs again from where it stood')
})

t.test('a move that was refused, and is still there, is not made', async t => {
  const machine = new Machine(t)
  const { store, clock, timeline } = timelineOn(machine)
  await store.transact({}, () => ({ puts: { moves: [{ id: 'm', set: null, advance: 5, target: null, refused: true }] } }))
  await timeline.settled()
  t.same([clock.now(), await store.count('moves')], [NOW, 1])
})
