import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import type { Engine } from '../../src/stores/valkey/engine.js'
import { commitScript, readScript } from '../../src/stores/valkey/scripts.js'
import type { ValkeyStore } from '../../src/stores/valkey/valkey-store.js'
import { session } from '../domain/examples.js'
import { startEngine } from './engine.js'
import { makersOn } from './makers.js'

// Steps of two processes that touch the same documents: each process has a store of its own for the same world.

const { engine, makeShared } = await makersOn(t, (await startEngine(t)).url)

async function twoStores (ownEngine: Engine = engine): Promise<[ValkeyStore, ValkeyStore]> {
  const stores = await makeShared(ownEngine, engine) as [ValkeyStore, ValkeyStore]
  await stores[0].transact({}, () => ({ puts: { sessions: [session()] } }))
  return stores
}

/** Adds 1 to a number in the metadata of the session. Returns the number. */
async function count (store: ValkeyStore): Promise<number> {
  const { n } = await store.transact({ sessions: ['ses_a'] }, ({ sessions: [before] }) => {
    const n = Number(before?.metadata['n'] ?? 0) + 1
    return { puts: { sessions: [session({ metadata: { n } })] }, n }
  })
  return n
}

t.test('steps of two processes that touch one document are all taken, each once', async t => {
  const [one, other] = await twoStores()
  const numbers = await Promise.all(Array.from({ length: 300 }, async (_, index) => count(index % 2 === 0 ? one : other)))
  t.same(numbers.sort((a, b) => a - b), Array.from({ length: 300 }, (_, index) => index + 1))
})

t.test('the same when one of them pauses now and then', async t => {
  const [one, other] = await twoStores()
  const numbers: number[] = []
  for (let round = 0; round < 40; round++) {
    numbers.push(...await Promise.all([...Array.from({ length: round % 7 }, async () => count(one)), count(other)]))
  }
  t.same(numbers.sort((a, b) => a - b), Array.from({ length: numbers.length }, (_, index) => index + 1))
})

t.test('a step that finds nothing to write has read what another process has written', async t => {
  const [one, other] = await twoStores()
  await count(one)
  const kept = async () => (await one.transact({ sessions: ['ses_a'] }, ({ sessions: [before] }) => ({
    puts: { sessions: before === undefined ? [] : [before] }, before
  }))).before
  t.equal((await kept())?.metadata['n'], 1)
  await count(other)
  t.equal((await kept())?.metadata['n'], 2)
})

t.test('a step is sent without waiting until those before it are written, and taken again when one of them fails', async t => {
  let [sent, mostInFlight, inFlight] = [0, 0, 0]
  const watched: Engine = {
    time: engine.time,
    send: async (...args) => engine.send(...args),
    subscribe: (...args) => engine.subscribe(...args),
    run: async (script, ...args) => {
      if (script !== commitScript) return engine.run(script, ...args)
      sent++
      mostInFlight = Math.max(mostInFlight, ++inFlight)
      return engine.run(script, ...args).finally(() => inFlight--)
    }
  }
  const [one, other] = await twoStores(watched)
  await count(one)
  await count(one)
  sent = 0
  t.same(await Promise.all(Array.from({ length: 20 }, async () => count(one))), Array.from({ length: 20 }, (_, index) => index + 3))
  t.same([sent, mostInFlight], [20, 20])
  await count(other)
  const numbers = await Promise.all(Array.from({ length: 20 }, async () => count(one)))
  t.same(numbers.sort((a, b) => a - b), Array.from({ length: 20 }, (_, index) => index + 24))
  await turn()
  t.equal(inFlight, 0)
})

t.test('a step gets its turn although another process takes steps without a pause', async t => {
  let reads = 0
  const pass = { time: engine.time, send: engine.send.bind(engine), subscribe: engine.subscribe.bind(engine) }
  const watched: Engine = {
    ...pass,
    run: async (script, ...args) => {
      if (script === readScript) reads++
      return engine.run(script, ...args)
    }
  }
  const hindered: Engine = {
    ...pass,
    run: async (script, ...args) => {
      const reply = await engine.run(script, ...args)
      if (script !== readScript) return reply
      reads = 0
      // a step that does not have to read is written before what follows from this reply, one that reads is not
      await Promise.race([count(its), engine.send('a', ['EXISTS', 'a'])])
      return reply
    }
  }
  const [mine, its] = await makeShared(hindered, watched) as [ValkeyStore, ValkeyStore]
  await its.transact({}, () => ({ puts: { sessions: [session()] } }))
  await count(its)
  await count(its)
  t.ok(await count(mine) > 2)
  t.ok(reads > 0, 'the other process has read the document again')
})
