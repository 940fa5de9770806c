import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Collection } from '../../src/domain/store.js'
import { baseOf, dueItem, read, record, session } from '../domain/examples.js'
import { endpoint } from '../domain/notify-examples.js'
import { idsOf, move, put, remove, type StoreRule, texts } from './store-rule.js'

/** Steps: what they read, what they write, and that each is atomic. */
export const stepRules: Record<string, StoreRule> = {
  'a step gets the documents that it reads, in the order of their IDs': async (t, make) => {
    const store = await make({ sessions: baseOf('a', 'b') })
    await store.transact({}, () => ({ puts: { due: [dueItem('d', 1)] } }))
    t.same(await read(store, { sessions: ['b', 'none', 'a'], due: ['d'] }), { sessions: [session({ id: 'b' }), undefined, session({ id: 'a' })], due: [dueItem('d', 1)] })
  },

  'a step returns what was decided, and writes its puts and deletes': async (t, make) => {
    const store = await make({ sessions: baseOf('a', 'b') })
    const changes = { puts: { sessions: [session({ id: 'c' })], idempotency: [record('k')] }, deletes: { sessions: ['a'] }, more: 7 }
    t.same(await store.transact({}, () => changes), changes)
    t.same([await idsOf(store, 'sessions'), await idsOf(store, 'idempotency')], [['b', 'c'], ['digestk']])
  },

  'a step that throws writes nothing, and does not hold up the next one': async (t, make) => {
    const store = await make({ sessions: baseOf('a') })
    await t.rejects(store.transact({ sessions: ['a'] }, () => {
      throw new Error('refused')
    }), { message: 'refused' })
    t.same(await store.list('sessions'), [session({ id: 'a' })])
    await put(store, 'b')
    t.same(await idsOf(store, 'sessions'), ['a', 'b'])
  },

  'steps at the same time are taken one after the other': async (t, make) => {
    const store = await make({ sessions: baseOf('a') })
    await Promise.all(Array.from({ length: 20 }, async () => store.transact({ sessions: ['a'] }, ({ sessions: [one] }) =>
      ({ puts: { sessions: [session({ id: 'a', processing_attempts: (one?.processing_attempts ?? 0) + 1 })] } }))))
    t.equal((await store.list('sessions'))[0]?.processing_attempts, 20)
  },

  'steps at the same time that read all endpoints are taken one after the other': async (t, make) => {
    const store = await make()
    await Promise.all(Array.from({ length: 20 }, async () => store.transact({ endpoints: 'all' }, ({ endpoints }) =>
      ({ puts: { endpoints: [endpoint({ id: `webhook_${endpoints.length}` })] } }))))
    t.same(await idsOf(store, 'endpoints'), Array.from({ length: 20 }, (_, index) => `webhook_${index}`))
  },

  'steps at the same time that read the tokens of a session are taken one after the other': async (t, make) => {
    const store = await make()
    await Promise.all(Array.from({ length: 20 }, async () => store.transact({ tokens: { of: 'a' } }, ({ tokens }) =>
      ({ puts: { tokens: [{ id: `token_${tokens.length}`, session_id: 'a', link_id: null }] } }))))
    t.same((await store.list('tokens')).map(({ id }) => id), Array.from({ length: 20 }, (_, index) => `token_${index}`))
  },

  'steps at the same time put and delete a document that none of them reads': async (t, make) => {
    const store = await make()
    await Promise.all(Array.from({ length: 20 }, async (_, index) => index % 2 === 0 ? put(store, 'a', `ses_${index}`) : remove(store, 'a')))
    await put(store, 'a')
    const found = await read(store, { sessions: { newest: { where: { environment: 'sandbox' }, offset: 0, limit: 100 } } })
    t.same([await store.count('sessions'), found.sessions.total, found.sessions.documents.length], [11, 11, 11])
  },

  'a document that is put again keeps its position, and a document that is deleted and put moves to the end': async (t, make) => {
    const store = await make({ sessions: baseOf('a', 'b') })
    await put(store, 'c', 'd')
    await store.transact({}, () => ({ puts: { sessions: ['a', 'c'].map(id => session({ id, external_ref: 'new' })) } }))
    t.same((await store.list('sessions')).map(({ id, external_ref: ref }) => [id, ref]),
      [['a', 'new'], ['b', null], ['c', 'new'], ['d', null]])
    await store.transact({}, () => ({ deletes: { sessions: ['a', 'c'] }, puts: { sessions: [session({ id: 'c' }), session({ id: 'a' })] } }))
    t.same(await idsOf(store, 'sessions'), ['b', 'd', 'c', 'a'])
  },

  'order and count are those of a list, whatever was put and deleted': async (_t, make) => {
    const id: fc.Arbitrary<string> = fc.constantFrom('a', 'b', 'c', 'd', 'e', '__proto__')
    const steps = fc.array(fc.record({ deletes: fc.array(id, { maxLength: 2 }), puts: fc.array(id), reads: fc.array(id) }))
    await fc.assert(fc.asyncProperty(steps, async steps => {
      const store = await make({ sessions: baseOf('a', 'b', 'c') })
      let expected: string[] = ['a', 'b', 'c']
      for (const { deletes, puts, reads } of steps) {
        const { found } = await store.transact({ sessions: reads }, found =>
          ({ deletes: { sessions: deletes }, puts: { sessions: puts.map(id => session({ id })) }, found }))
        assert.deepEqual(found.sessions.map(one => one?.id), reads.map(id => expected.includes(id) ? id : undefined))
        expected = expected.filter(id => !deletes.includes(id))
        expected = [...expected, ...new Set(puts.filter(id => !expected.includes(id)))]
        assert.deepEqual(await idsOf(store, 'sessions'), expected)
        assert.equal(await store.count('sessions'), expected.length)
      }
    }), { numRuns: 50 })
  },

  'stores that begin with the same sessions do not affect each other': async (t, make) => {
    const sessions = baseOf('a', 'b', 'c')
    const [one, other] = [await make({ sessions }), await make({ sessions })]
    await put(one, 'd')
    await one.transact({}, () => ({ puts: { sessions: [session({ id: 'a', external_ref: 'one' })] } }))
    await remove(one, 'b')
    t.same(await other.list('sessions'), ['a', 'b', 'c'].map(id => session({ id })))
    t.same([await one.count('sessions'), await other.count('sessions')], [3, 3])
    t.same(await idsOf(await make({ sessions }), 'sessions'), ['a', 'b', 'c'])
  },

  'a snapshot has all documents of one moment, in their order': async (t, make) => {
    const store = await make({ sessions: baseOf('a') })
    const puts = { sessions: ['c', 'b'].map(id => session({ id })), running: [dueItem('r', 1)], moves: [move('m')], due: [dueItem('d', 1)] }
    await store.transact({}, () => ({ puts }))
    const { documents } = await store.snapshot()
    for (const [name, list] of Object.entries(documents)) t.same(list, await store.list(name as Collection), name)
    t.same(documents.sessions.map(({ id }) => id), ['a', 'c', 'b'])
    t.same([documents.running, documents.moves, documents.due], [puts.running, puts.moves, puts.due])
    const steps = Array.from({ length: 20 }, async (_, index) =>
      store.transact({}, () => ({ puts: { sessions: [session({ id: `ses_${index}` })], idempotency: [record(`k${index}`)] } })))
    const snapshots = await Promise.all(Array.from({ length: 5 }, async () => store.snapshot()))
    await Promise.all(steps)
    for (const { documents: { sessions, idempotency } } of [...snapshots, await store.snapshot()]) {
      t.equal(sessions.length - 3, idempotency.length)
    }
  },

  'a list and a snapshot of many documents are of one moment, too': async (t, make) => {
    const ids = Array.from({ length: 2_500 }, (_, index) => `ses_${index * 7_919 % 2_500}`)
    const store = await make({ sessions: baseOf(...ids) })
    const ends = [ids[0], ids.at(-1)] as string[]
    let isOver = false
    const updateEnds = async () => {
      for (let n = 1; !isOver; n++) {
        await store.transact({}, () => ({ puts: { sessions: ends.map(id => session({ id, processing_attempts: n })) } }))
      }
    }
    const updates = updateEnds()
    for (let round = 0; round < 3; round++) {
      for (const sessions of [await store.list('sessions'), (await store.snapshot()).documents.sessions]) {
        t.same(sessions.map(({ id }) => id), ids)
        t.equal(sessions[0]?.processing_attempts, sessions.at(-1)?.processing_attempts)
      }
    }
    isOver = true
    await updates
  },

  'an ID can be any text': async (t, make) => {
    const store = await make()
    const ids = [...texts, 'x'.repeat(65_536)]
    await put(store, ...ids)
    t.same(await idsOf(store, 'sessions'), ids)
    t.same((await read(store, { sessions: ids })).sessions.map(one => one?.id), ids)
    await store.transact({}, () => ({ puts: { tokens: ids.map(id => ({ id: `t${id}`, session_id: id, link_id: null })) } }))
    for (const id of ids) t.same((await read(store, { tokens: { of: id } })).tokens.map(({ session_id: owner }) => owner), [id])
    await remove(store, ...ids)
    t.equal(await store.count('sessions'), 0)
  }
}
