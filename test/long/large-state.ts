import { setImmediate as nextTurn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { StoreAwayError } from '../../src/domain/store-away.js'
import { connectStore } from '../../src/stores/valkey/connect.js'
import type { Engine } from '../../src/stores/valkey/engine.js'
import type { ValkeyStore } from '../../src/stores/valkey/valkey-store.js'
import { session } from '../domain/examples.js'
import { startEngine } from './engine.js'
import { makersOn } from './makers.js'
import { balanced, eventsOf, needsEngine, startReplicas } from './replica.js'
import { until } from './until.js'

// A state that is too large for one reply of the engine: it is read in portions.

const SIZE = 5_000

/** How many values a reply has at most: a portion of 1,000 documents with their IDs, and some more, since a scan only aims at its count. */
const LARGEST_REPLY = 2_500

const ids = Array.from({ length: SIZE }, (_, index) => `ses_${index}`)

/** A store with many sessions on an engine, through which the test sees or changes what is sent. */
async function startLarge (t: Test) {
  const engine = await startEngine(t)
  const { makeShared } = await makersOn(t, engine.url)
  const connection = await connectStore(engine.url, { warn: text => t.fail(text) })
  t.teardown(() => connection.close())
  const replies: number[] = []
  const before: { send?: (args: readonly string[]) => Promise<unknown> } = {}
  const seen = async (reply: Promise<unknown>) => {
    replies.push(sizeOf(await reply))
    return reply
  }
  const watched: Engine = {
    time: connection.time,
    run: async (...args) => seen(connection.run(...args)),
    send: async (key, args) => {
      await before.send?.(args)
      return seen(connection.send(key, args))
    },
    subscribe: (...args) => connection.subscribe(...args)
  }
  const [store] = await makeShared(watched) as [ValkeyStore]
  for (let start = 0; start < SIZE; start += 500) {
    await store.transact({}, () => ({ puts: { sessions: ids.slice(start, start + 500).map(id => session({ id })) } }))
  }
  return { engine, store, replies, before }
}

function sizeOf (reply: unknown): number {
  return Array.isArray(reply) ? reply.reduce<number>((sum, part) => sum + sizeOf(part), 0) : 1
}

t.test('many documents come in portions, and the engine keeps no copy of them', async t => {
  const { engine, store, replies } = await startLarge(t)
  const before = await engine.command('DBSIZE')
  replies.length = 0
  t.same((await store.list('sessions')).map(({ id }) => id), ids)
  t.same((await store.snapshot()).documents.sessions.map(({ id }) => id), ids)
  t.ok(Math.max(...replies) <= LARGEST_REPLY, `the largest reply has ${Math.max(...replies)} values`)
  await until('the copies are deleted', async () => await engine.command('DBSIZE') === before)
})

t.test('a copy that is lost while it is read is no state', async t => {
  const { engine, store, before } = await startLarge(t)
  before.send = async ([command, key]) => {
    if (command === 'HSCAN') await engine.command('DEL', key as string)
  }
  await t.rejects(store.list('sessions'), StoreAwayError)
  await t.rejects(store.snapshot(), StoreAwayError)
})

t.test('a copy that nobody reads expires', async t => {
  const { engine, store, before } = await startLarge(t)
  before.send = async () => Promise.reject(new Error('the process ends'))
  await t.rejects(store.snapshot(), { message: 'the process ends' })
  const [copy] = await engine.command('KEYS', '*:copy:*') as string[]
  t.match(await engine.command('PTTL', copy as string), /^[1-9]\d+$/)
})

t.test('an engine without memory for a copy sends all documents', async t => {
  const { engine, store } = await startLarge(t)
  await engine.command('CONFIG', 'SET', 'maxmemory', '1mb')
  t.same((await store.snapshot()).documents.sessions.map(({ id }) => id), ids)
})

t.test('a process that is busy for some seconds, such as with a large state, does not take the engine for away', async t => {
  const connection = await connectStore((await startEngine(t)).url, { warn: text => t.fail(text) })
  t.teardown(() => connection.close())
  connection.whenAway(reason => t.fail(reason))
  const reply = connection.send('k', ['EXISTS', 'k'])
  await nextTurn() // it is sent
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4_000) // as long as it takes to parse a large state on a slow machine
  t.equal(await reply, 0)
})

t.test('a large state is saved, restored and listed while the other replica goes on', needsEngine, async t => {
  const { first, second } = await startReplicas(t)
  const send = balanced([second])
  await first.mock.restore({ sessions: Array.from({ length: 6_000 }, (_, index) => ({ id: `ses_${index}`, created_at: '2026-01-01T00:00:00.000Z' })) })
  const logged = [first, second].map(replica => eventsOf(replica).length)
  let isOver = false
  const statuses = new Set<number>()
  const update = async () => {
    while (!isOver) statuses.add((await send('PATCH', '/sessions/ses_7', { body: { metadata: { a: 'b' } } })).status)
  }
  const updates = update()
  const state = await first.mock.state()
  t.equal((await first.mock.sessions()).length, 6_000)
  await first.mock.restore(state)
  isOver = true
  await updates
  t.same([...statuses], [200])
  t.same((await second.mock.state()).sessions.map(({ id }) => id), state.sessions.map(({ id }) => id))
  t.same([first, second].map(replica => eventsOf(replica).length), logged, 'the store is away for nobody')
})
