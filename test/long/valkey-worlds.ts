import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { FixtureSet } from '../../src/domain/fixtures/fixture-set.js'
import type { Exchange } from '../../src/domain/journal/journal.js'
import { changeSetting, initialSettings } from '../../src/domain/settings.js'
import type { Store } from '../../src/domain/store.js'
import { StoreAwayError } from '../../src/domain/store-away.js'
import type { Beginning } from '../../src/domain/worlds.js'
import { connectStore } from '../../src/stores/valkey/connect.js'
import type { Engine } from '../../src/stores/valkey/engine.js'
import { ValkeyWorlds } from '../../src/stores/valkey/valkey-worlds.js'
import { presentScript, switchScript } from '../../src/stores/valkey/world-scripts.js'
import { dueItem, NOW, session } from '../domain/examples.js'
import { exchange } from '../domain/exchanges.js'
import { startCluster } from './cluster.js'
import { startEngine } from './engine.js'
import { until } from './until.js'

// Two processes that share the worlds of a workspace: on one server, and on a cluster.

const bounds = { max: 1_000, maxBytes: 1e9 }
const options = { idempotency: bounds, deliveries: bounds, maxJournalEntries: 3, maxJournalBytes: 1e6 }

function begin (...ids: string[]): () => Beginning {
  const fixtures = new FixtureSet(ids.map(id => ({ id })))
  const { captures, links, tokens } = fixtures
  return () => ({
    bases: { sessions: fixtures.sessionsAt(NOW), results: fixtures.resultsAt(NOW), due: fixtures.expiriesAt(NOW), captures, links, tokens },
    puts: { settings: [] }
  })
}

/** An exchange with secrets. */
const secret = (requestId: string): Exchange => exchange({
  id: 0, requestId, url: '/sessions?key=vk_live_abcdefghijkl', requestHeaders: { 'x-api-key': 'vk_live_abcdefghijkl', 'authorization': 'Bearer secret' }
})

for (const [where, start] of Object.entries({ 'one server': startEngine, 'a cluster of three nodes': startCluster })) {
  t.test(where, async t => {
    const engine = await start(t)
    const connect = async () => {
      const connection = await connectStore(engine.url, { warn: text => t.fail(text) })
      t.teardown(() => connection.close())
      return connection
    }
    const [one, other] = [await connect(), await connect()]
    const worldsOf = (connection: Engine, workspace: string) =>
      new ValkeyWorlds({ engine: connection, workspace, ...options })

    await t.test('processes that begin at the same time begin one world', async t => {
      const all = [one, other].map(connection => worldsOf(connection, 'a'))
      const states = await Promise.all([...all, ...all].map(async worlds => worlds.present(begin('a', 'b'))))
      t.equal(new Set(states.map(({ generation }) => generation)).size, 1)
      for (const { store } of states) t.same((await store.list('sessions')).map(({ id }) => id), ['a', 'b'])
      t.equal(await (all[0] as ValkeyWorlds).present(begin()), await (all[0] as ValkeyWorlds).present(begin()), 'the same object')
    })

    await t.test('a world that is replaced is replaced for all, with a copy of the journal', async t => {
      const [mine, its] = [worldsOf(one, 'b'), worldsOf(other, 'b')]
      const old = await mine.present(begin('a'))
      const seen = await its.present(begin())
      for (const id of ['1', '2', '3', '4']) await old.journal.add(secret(id))
      const next = await its.replace(begin('c'), true)
      t.not(next.generation, seen.generation)
      t.equal((await mine.present(begin())).generation, next.generation)
      await old.journal.add(secret('late'))
      await old.store.transact({}, () => ({ puts: { sessions: [session({ id: 'late' })] } }))
      t.same((await (await mine.present(begin())).store.list('sessions')).map(({ id }) => id), ['c'])
      t.same((await next.journal.list()).map(({ requestId, id }) => [requestId, id]), [['2', 2], ['3', 3], ['4', 4]])
      t.same(await next.journal.counts(), { size: 3, dropped: 1 })
      const ttlsOf = async (generation: number) => {
        const keys = await one.send('{verifa-mock:b}', ['KEYS', `{verifa-mock:b}:${generation}:*`]) as string[]
        return Promise.all(keys.map(async key => one.send(key, ['PTTL', key])))
      }
      const ttls = await ttlsOf(seen.generation)
      t.ok(ttls.length > 3 && ttls.every(ttl => Number(ttl) > 0), 'the keys of the old world expire')
      const left = await ttlsOf(next.generation)
      t.ok(left.length > 3 && left.every(ttl => ttl === -1), 'those of the new one do not')
      const after = await mine.replace(begin('d'), false)
      t.same(await after.journal.counts(), { size: 0, dropped: 0 })
      await its.drop()
      t.not((await mine.present(begin('e'))).generation, after.generation)
    })

    await t.test('a world that is restored keeps what was set until then', async t => {
      const { store } = await worldsOf(one, 'k').present(begin())
      const change: Engine = {
        time: other.time,
        send: async (...command) => other.send(...command),
        subscribe: (...subscription) => other.subscribe(...subscription),
        run: async (script, keys, args) => {
          if (script === switchScript) await changeSetting(store, 'faults', before => ({ ...before, lastId: 7 }))
          return other.run(script, keys, args)
        }
      }
      const its = worldsOf(change, 'k')
      await its.present(begin())
      await changeSetting(store, 'webhooks', before => ({ ...before, held: true }))
      await changeSetting(store, 'rateLimits', before => ({ ...before, isSet: true }))
      for (const worlds of [its, worldsOf(one, 'k')]) {
        const { store: restored } = worlds === its ? await its.replace(begin('c'), true) : await worlds.present(begin())
        t.same([restored.setting('faults').lastId, restored.setting('webhooks').held, restored.setting('rateLimits').isSet], [7, true, false])
      }
    })

    await t.test('nobody gets a world before its settings are read', async t => {
      let sent = 0
      const gates = new Map<number, Promise<void>>()
      const slow: Engine = {
        time: other.time,
        send: async (...command) => other.send(...command),
        subscribe: (...subscription) => other.subscribe(...subscription),
        run: async (script, keys, args) => {
          const gate = script === presentScript ? gates.get(++sent) : undefined
          const reply = await other.run(script, keys, args)
          await gate
          return reply
        }
      }
      const [mine, its] = [worldsOf(one, 'g'), worldsOf(slow, 'g')]
      await its.present(begin())
      await mine.replace(() => ({ ...begin()(), puts: { settings: [{ ...initialSettings.clock, frozenAt: NOW }] } }), false)
      // of two requests, the second one finds the world and asks for its settings before the first one has its reply
      const [openFirst, openSettings] = [1, 3].map(place => {
        let open = (): void => undefined
        gates.set(sent + place, new Promise(resolve => {
          open = resolve
        }))
        return open
      }) as [() => void, () => void]
      const begun = sent
      const timeSeen = async () => (await its.present(begin())).store.setting('clock').frozenAt
      const first = timeSeen()
      await until('the first request has asked', () => sent === begun + 1)
      const second = timeSeen()
      await until('the settings are asked for', () => sent === begun + 3)
      openFirst()
      await nextTurn()
      openSettings()
      t.same(await Promise.all([first, second]), [NOW, NOW])
    })

    await t.test('a world whose store was closed is opened again', async t => {
      const worlds = worldsOf(one, 'h')
      const { store, generation } = await worlds.present(begin())
      store.close()
      const again = await worlds.present(begin())
      t.equal(again.generation, generation)
      t.ok(await again.store.lead())
    })

    await t.test('a journal has no secret, and lists what others have added and removed', async t => {
      const [mine, its] = [await worldsOf(one, 'c').present(begin()), await worldsOf(other, 'c').present(begin())]
      const added = secret('1')
      await mine.journal.add(added)
      t.equal(added.id, 1)
      t.equal((await its.journal.list()).length, 1)
      await its.journal.add(secret('2'))
      const all = await mine.journal.list()
      t.same(all.map(({ id }) => id), [1, 2])
      t.notMatch(JSON.stringify(all), /abcdefgh|Bearer/)
      await its.journal.remove(all.slice(0, 1))
      t.same((await mine.journal.list()).map(({ id }) => id), [2])
      t.equal((await mine.journal.find(2))?.requestId, '2')
      t.equal(await mine.journal.find(1), undefined)
      for (const id of ['3', '4', '5']) await its.journal.add(secret(id))
      t.same((await mine.journal.list()).map(({ id }) => id), [3, 4, 5])
      await mine.journal.clear()
      t.same(await its.journal.list(), [])
      await its.journal.add(secret('6'))
      t.same((await its.journal.list()).map(({ id }) => id), [1])
    })

    await t.test('steps of two processes are taken one after the other, and wake the listeners of both', async t => {
      const [mine, its] = [(await worldsOf(one, 'e').present(begin())).store, (await worldsOf(other, 'e').present(begin())).store]
      const step = async (store: Store) => store.transact({ due: ['a'] }, ({ due: [before] }) => ({ puts: { due: [dueItem('a', (before?.at ?? 0) + 1)] } }))
      await Promise.all(Array.from({ length: 40 }, async (_, index) => step(index % 2 === 0 ? mine : its)))
      t.equal((await its.firstDue())?.at, 40)
      const woken = new Promise<void>(resolve => its.onWake(resolve))
      await step(mine)
      await woken
    })

    await t.test('a store is woken as long as it is open, whoever closes another store of its world', async () => {
      const [mine, twin] = [(await worldsOf(one, 'i').present(begin())).store, (await worldsOf(one, 'i').present(begin())).store]
      const its = (await worldsOf(other, 'i').present(begin())).store
      const [late, early] = [new Promise<void>(resolve => mine.onWake(resolve)), new Promise<void>(resolve => twin.onWake(resolve))]
      await its.transact({}, () => ({ puts: { due: [dueItem('a', 1)] } }))
      await Promise.all([late, early])
      twin.close()
      const again = new Promise<void>(resolve => mine.onWake(resolve))
      await its.transact({}, () => ({ puts: { due: [dueItem('b', 1)] } }))
      await again
    })

    await t.test('a world that cannot become the present one is closed', async t => {
      let subscriptions = 0
      const refusing: Engine = {
        time: other.time,
        send: async (...command) => other.send(...command),
        subscribe: () => {
          subscriptions++
          return () => subscriptions--
        },
        run: async (script, keys, args) => {
          if (script === switchScript) throw new StoreAwayError('OOM command not allowed')
          return other.run(script, keys, args)
        }
      }
      await worldsOf(one, 'j').present(begin())
      const its = worldsOf(refusing, 'j')
      await its.present(begin())
      await t.rejects(its.replace(begin(), false), StoreAwayError)
      t.equal(subscriptions, 1)
    })

    await t.test('one process leads, until it closes its store', async t => {
      const [mine, its] = [(await worldsOf(one, 'f').present(begin())).store, (await worldsOf(other, 'f').present(begin())).store]
      t.same([await mine.lead(), await its.lead(), await mine.lead()], [true, false, true])
      mine.close()
      await until('the other process leads', async () => its.lead())
      t.notOk(await mine.lead())
    })

    await t.test('an engine that stops answering leads to a 503, and comes back', async t => {
      const { store } = await worldsOf(one, 'd').present(begin('a'))
      const back = new Promise<void>(resolve => one.whenReady(resolve))
      engine.pause()
      await t.rejects(store.transact({ sessions: ['a'] }, () => ({})), { name: 'StoreAwayError' })
      await t.rejects(store.count('sessions'), { name: 'StoreAwayError' }, 'at once from then on')
      engine.resume()
      await back
      // the nodes of a cluster may take each other for failed for another moment
      await until('the state is there again', async () => store.count('sessions').then(count => count === 1, () => false))
    })
  })
}
