import t from 'tap'
import type { Exchange } from '../../src/domain/journal/journal.js'
import type { Beginning } from '../../src/domain/worlds.js'
import { connectStore } from '../../src/stores/valkey/connect.js'
import { ValkeyWorlds } from '../../src/stores/valkey/valkey-worlds.js'
import { NOW, session } from '../domain/examples.js'
import { FixtureSet } from '../../src/domain/fixtures/fixture-set.js'
import { startRedis } from '../stores/redis-server.js'

const { url, process: redis } = await startRedis(t)
const connect = async () => {
  const engine = await connectStore(url, { warn: text => t.fail(text) })
  t.teardown(() => engine.close())
  return engine
}
const bounds = { max: 1_000, maxBytes: 1e9 }
const [one, other] = [await connect(), await connect()]
const worldsOf = (engine: typeof one, workspace: string) =>
  new ValkeyWorlds({ engine, workspace, idempotency: bounds, deliveries: bounds, maxJournalEntries: 3, maxJournalBytes: 1e6 })

function begin (...ids: string[]): () => Beginning {
  const fixtures = new FixtureSet(ids.map(id => ({ id })))
  const { captures, links, tokens } = fixtures
  return () => ({
    bases: { sessions: fixtures.sessionsAt(NOW), results: fixtures.resultsAt(NOW), due: fixtures.expiriesAt(NOW), captures, links, tokens },
    puts: {}
  })
}

const exchange = (requestId: string): Exchange => ({
  id: 0, requestId, at: NOW, durationMs: 1, method: 'GET', url: '/sessions?key=vk_live_abcdefghijkl', sessionId: undefined, operation: undefined,
  requestHeaders: { 'x-api-key': 'vk_live_abcdefghijkl', 'authorization': 'Bearer secret' }, idempotencyKey: undefined, requestBody: undefined,
  status: 200, version: undefined, replayed: false, allowance: undefined, quota: undefined, ownHeaders: undefined, reason: undefined,
  responseBody: '{}', fault: undefined, events: [], deliveries: [], bytes: 0
})

t.test('processes that begin at the same time begin one world', async t => {
  const all = [one, other].map(engine => worldsOf(engine, 'a'))
  const states = await Promise.all([...all, ...all].map(async worlds => worlds.present(begin('a', 'b'))))
  t.equal(new Set(states.map(({ generation }) => generation)).size, 1)
  for (const { store } of states) t.same((await store.list('sessions')).map(({ id }) => id), ['a', 'b'])
  t.equal(await (all[0] as ValkeyWorlds).present(begin()), await (all[0] as ValkeyWorlds).present(begin()), 'the same object')
})

t.test('a world that is replaced is replaced for all, with a copy of the journal', async t => {
  const [mine, its] = [worldsOf(one, 'b'), worldsOf(other, 'b')]
  const old = await mine.present(begin('a'))
  const seen = await its.present(begin())
  for (const id of ['1', '2', '3', '4']) await old.journal.add(exchange(id))
  const next = await its.replace(begin('c'), true)
  t.not(next.generation, seen.generation)
  t.equal((await mine.present(begin())).generation, next.generation)
  await old.journal.add(exchange('late'))
  await old.store.transact({}, () => ({ puts: { sessions: [session({ id: 'late' })] } }))
  t.same((await (await mine.present(begin())).store.list('sessions')).map(({ id }) => id), ['c'])
  t.same((await next.journal.list()).map(({ requestId, id }) => [requestId, id]), [['2', 2], ['3', 3], ['4', 4]])
  t.same(await next.journal.counts(), { size: 3, dropped: 1 })
  const ttlsOf = async (generation: number) => {
    const keys = await one.send('', ['KEYS', `{verifa-mock:b}:${generation}:*`]) as string[]
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

t.test('a journal has no secret, and lists what others have added and removed', async t => {
  const [mine, its] = [await worldsOf(one, 'c').present(begin()), await worldsOf(other, 'c').present(begin())]
  const added = exchange('1')
  await mine.journal.add(added)
  t.equal(added.id, 1)
  t.equal((await its.journal.list()).length, 1)
  await its.journal.add(exchange('2'))
  const all = await mine.journal.list()
  t.same(all.map(({ id }) => id), [1, 2])
  t.notMatch(JSON.stringify(all), /abcdefgh|Bearer/)
  await its.journal.remove(all.slice(0, 1))
  t.same((await mine.journal.list()).map(({ id }) => id), [2])
  t.equal((await mine.journal.find(2))?.requestId, '2')
  t.equal(await mine.journal.find(1), undefined)
  for (const id of ['3', '4', '5']) await its.journal.add(exchange(id))
  t.same((await mine.journal.list()).map(({ id }) => id), [3, 4, 5])
  await mine.journal.clear()
  t.same(await its.journal.list(), [])
  await its.journal.add(exchange('6'))
  t.same((await its.journal.list()).map(({ id }) => id), [1])
})

t.test('an engine that stops answering leads to a 503, and comes back', async t => {
  const { store } = await worldsOf(one, 'd').present(begin('a'))
  const back = new Promise<void>(resolve => one.whenReady(resolve))
  redis.kill('SIGSTOP')
  await t.rejects(store.transact({ sessions: ['a'] }, () => ({})), { name: 'StoreAwayError' })
  t.notOk(one.isReady)
  await t.rejects(store.count('sessions'), { name: 'StoreAwayError' }, 'at once from then on')
  redis.kill('SIGCONT')
  await back
  t.equal(await store.count('sessions'), 1)
})
