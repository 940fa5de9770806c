import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Test } from 'tap'
import type { SessionFilter } from '../../src/domain/sessions/list.js'
import type { Environment, SessionStatus } from '../../src/domain/sessions/session.js'
import type { Changes, Store } from '../../src/domain/store.js'
import { baseOf, dueItem, NOW, read, RECORD_BYTES, record, session, type StoreParts } from '../domain/examples.js'

/** Makes an empty store, or one that begins with some sessions. */
type MakeStore = (parts?: StoreParts) => Promise<Store>

type Rule = (t: Test, make: MakeStore) => Promise<void>

const idsOf = async (store: Store, collection: 'sessions' | 'idempotency' | 'due') => (await store.list(collection)).map(({ id }) => id)
const put = async (store: Store, ...ids: string[]) =>
  store.transact({}, () => ({ puts: { sessions: ids.map(id => session({ id })) } }))
const remove = async (store: Store, ...ids: string[]) => store.transact({}, () => ({ deletes: { sessions: ids } }))
const putRecords = async (store: Store, ...keys: string[]) =>
  store.transact({}, () => ({ puts: { idempotency: keys.map(key => record(key)) } }))

/** What every store does, whatever it keeps its documents in. */
export const rules: Record<string, Rule> = {
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

  'a step that throws writes nothing, and the next one is not held up': async (t, make) => {
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

  'a put in place keeps its place, and a document that is deleted and put moves to the end': async (t, make) => {
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

  'a page is what sorting and filtering all sessions would give, whatever was put and deleted': async (_t, make) => {
    const id = fc.constantFrom('a', 'b', 'c', 'Da', 'e', '__proto__')
    const text = fc.constantFrom('a', 'Ab', 'ba', '')
    const day = fc.constantFrom('2026-03-01T12:00:00.000Z', '2026-02-01T12:00:00.000Z', '2026-04-01T12:00:00.000Z')
    const one = fc.record({
      id, created_at: day, is_sandbox: fc.boolean(), external_ref: fc.option(text), status: fc.constantFrom<SessionStatus[]>('pending', 'completed')
    }).map(fixture => session({ ...fixture, capture_url: null }))
    const environment = fc.constantFrom<Environment[]>('sandbox', 'live')
    const optional = fc.option(text, { nil: undefined })
    const where: fc.Arbitrary<SessionFilter> = fc.oneof(fc.record({ environment }), fc.record({
      environment, status: fc.constantFrom<(SessionStatus | undefined)[]>(undefined, 'pending'), external_ref: optional, q: optional
    }))
    const page = fc.record({ where, offset: fc.nat({ max: 4 }), limit: fc.integer({ min: 1, max: 4 }) })
    const step = fc.oneof(fc.record({ deletes: fc.array(id, { maxLength: 2 }), puts: fc.array(one, { maxLength: 3 }) }), page)
    await fc.assert(fc.asyncProperty(fc.array(step, { size: '+1' }), async steps => {
      const store = await make({ sessions: baseOf('a', 'b', 'Da') })
      for (const step of steps) {
        if ('puts' in step) {
          await store.transact({}, () => ({ deletes: { sessions: step.deletes }, puts: { sessions: step.puts } }))
          continue
        }
        const { environment, status, external_ref: ref, q } = step.where
        const has = (text: string | null) => text !== null && (q === undefined || text.toLowerCase().includes(q.toLowerCase()))
        const expected = (await store.list('sessions'))
          .filter(one => one.is_sandbox === (environment === 'sandbox') && (status === undefined || one.status === status) &&
            (ref === undefined || one.external_ref === ref) && (has(one.id) || has(one.external_ref)))
          .sort((one, other) => Date.parse(other.created_at) - Date.parse(one.created_at) || (one.id < other.id ? -1 : 1))
        const found = await read(store, { sessions: { newest: step } })
        assert.deepEqual(found.sessions, { documents: expected.slice(step.offset, step.offset + step.limit), total: expected.length })
      }
    }))
  },

  'a page of many sessions that were added out of order': async (t, make) => {
    const store = await make()
    const at = (index: number) => session({ id: `ses_${index}`, created_at: new Date(NOW + index * 1000).toISOString() })
    const ids = async (offset: number) => {
      const found = await read(store, { sessions: { newest: { where: { environment: 'sandbox' }, offset, limit: 3 } } })
      return found.sessions.documents.map(({ id }) => id)
    }
    const count = 10_010
    await store.transact({}, () => ({ puts: { sessions: Array.from({ length: count }, (_, index) => at(index)) } }))
    t.same(await ids(0), ['ses_10009', 'ses_10008', 'ses_10007'])
    await store.transact({}, () => ({ puts: { sessions: [at(-5), at(-6), at(10_010), at(-7)] } }))
    t.same(await ids(0), ['ses_10010', 'ses_10009', 'ses_10008'])
    t.same(await ids(count), ['ses_0', 'ses_-5', 'ses_-6'])
    await store.transact({}, () => ({ puts: { sessions: [at(-8)] }, deletes: { sessions: ['ses_-6', 'none'] } }))
    await store.transact({}, () => ({ deletes: { sessions: ['ses_-7'] } }))
    t.same(await ids(count), ['ses_0', 'ses_-5', 'ses_-8'])
    await store.transact({}, () => ({ puts: { sessions: [at(3)] } }))
    t.same(await ids(count), ['ses_0', 'ses_-5', 'ses_-8'], 'a new version stays in its place')
    await store.transact({}, () => ({ puts: { sessions: [at(-9), at(-10), at(-11)] } }))
    await store.transact({}, () => ({ puts: { sessions: [{ ...at(-9), status: 'failed' }] }, deletes: { sessions: ['ses_-10'] } }))
    const failed = { where: { environment: 'sandbox', status: 'failed' }, offset: 0, limit: 3 } as const
    t.same((await read(store, { sessions: { newest: failed } })).sessions.documents.map(({ id }) => id), ['ses_-9'])
    t.same(await ids(count + 3), ['ses_-9', 'ses_-11'])
  },

  'the tokens of a session are those in the list of all, in their order, whatever was put and deleted': async (_t, make) => {
    const owner: fc.Arbitrary<string> = fc.constantFrom('a', 'b', '__proto__')
    const id: fc.Arbitrary<string> = fc.constantFrom('one', 'two', 'three', 'four')
    const token = fc.record({ id, session_id: owner, link_id: fc.constant(null) }, { noNullPrototype: true })
    const base = fc.uniqueArray(token, { selector: ({ id }) => id }).map(tokens => new Map(tokens.map(token => [token.id, token])))
    const step = fc.oneof(fc.record({ deletes: fc.array(id, { maxLength: 2 }), puts: fc.array(token, { maxLength: 3 }) }), owner)
    await fc.assert(fc.asyncProperty(base, fc.array(step, { size: '+1' }), async (base, steps) => {
      const tokens = { size: base.size, has: (id: string) => base.has(id), get: (id: string) => base.get(id), ids: () => base.keys() }
      const store = await make({ tokens })
      for (const step of steps) {
        if (typeof step !== 'string') {
          await store.transact({}, () => ({ deletes: { tokens: step.deletes }, puts: { tokens: step.puts } }))
          continue
        }
        const all = await store.list('tokens')
        assert.deepEqual((await read(store, { tokens: { of: step } })).tokens, all.filter(({ session_id: owner }) => owner === step))
      }
    }))
  },

  'stores that begin with the same sessions change their own only': async (t, make) => {
    const sessions = baseOf('a', 'b', 'c')
    const [one, other] = [await make({ sessions }), await make({ sessions })]
    await put(one, 'd')
    await one.transact({}, () => ({ puts: { sessions: [session({ id: 'a', external_ref: 'one' })] } }))
    await remove(one, 'b')
    t.same(await other.list('sessions'), ['a', 'b', 'c'].map(id => session({ id })))
    t.same([await one.count('sessions'), await other.count('sessions')], [3, 3])
    t.same(await idsOf(await make({ sessions }), 'sessions'), ['a', 'b', 'c'])
  },

  'idempotency keys are bounded by count: the oldest are evicted': async (t, make) => {
    const evicted: string[] = []
    const store = await make({ max: 3, onEvict: ({ key }) => evicted.push(key) })
    await putRecords(store, 'a', 'b', 'c')
    await store.transact({ idempotency: ['digesta'] }, ({ idempotency: [one] }) =>
      ({ puts: { idempotency: one === undefined ? [] : [{ ...one, replays: 1 }] } }))
    t.same(evicted, [])
    await putRecords(store, 'd')
    t.same([evicted, await idsOf(store, 'idempotency')], [['a'], ['digestb', 'digestc', 'digestd']], 'a replay is no first use')
    await store.transact({}, () => ({ deletes: { idempotency: ['digestb', 'none'] }, puts: { idempotency: [record('b')] } }))
    await putRecords(store, 'e', 'f')
    t.same([evicted, await idsOf(store, 'idempotency')], [['a', 'c', 'd'], ['digestb', 'digeste', 'digestf']])
    t.equal(await store.count('idempotency'), 3)
  },

  'idempotency keys are bounded by bytes: the oldest are evicted': async (t, make) => {
    const evicted: string[] = []
    const store = await make({ maxBytes: 3 * RECORD_BYTES, onEvict: ({ key }) => evicted.push(key) })
    await putRecords(store, 'a', 'b', 'c')
    await store.transact({}, () => ({ puts: { idempotency: [{ ...record('b'), bytes: RECORD_BYTES + 1 }] } }))
    t.same([evicted, await idsOf(store, 'idempotency')], [['a'], ['digestb', 'digestc']], 'a record that grew counts with its new size')
    await store.transact({}, () => ({ deletes: { idempotency: ['digestb'] } }))
    await putRecords(store, 'd', 'e')
    t.same(evicted, ['a'], 'a deleted record holds nothing')
    await store.transact({}, () => ({ puts: { idempotency: [{ ...record('x'), bytes: 4 * RECORD_BYTES }] } }))
    t.same([evicted, await store.count('idempotency')], [['a', 'c', 'd', 'e'], 1], 'the newest stays, also when it is larger than the bound')
    await putRecords(store, 'f')
    t.same(await idsOf(store, 'idempotency'), ['digestf'])
  },

  'the first due item is the first by time, then by ID, whatever was put and deleted': async (_t, make) => {
    const id = fc.constantFrom('a', 'b', 'c', 'd')
    const item = fc.record({ id, at: fc.integer({ min: 0, max: 3 }) }).map(({ id, at }) => dueItem(id, at))
    await fc.assert(fc.asyncProperty(fc.array(fc.oneof(item, item, id)), async steps => {
      const store = await make()
      const expected = new Map<string, ReturnType<typeof dueItem>>()
      for (const step of steps) {
        await store.transact({}, () => typeof step === 'string' ? { deletes: { due: [step] } } : { puts: { due: [step] } })
        if (typeof step === 'string') expected.delete(step)
        else expected.set(step.id, step)
        const [first] = [...expected.values()].sort((one, other) => one.at - other.at || one.id.localeCompare(other.id))
        assert.deepEqual(await store.firstDue(), first)
      }
      assert.equal(await store.count('due'), expected.size)
    }))
  },

  'due items are found after any number of others were cancelled': async (t, make) => {
    const store = await make()
    for (let index = 0; index < 3_000; index++) {
      await store.transact({}, () => ({ puts: { due: [dueItem(index === 7 ? 'kept' : 'a', 5_000 - index)] } }))
    }
    await store.transact({}, () => ({ deletes: { due: ['a'] } }))
    t.same(await store.firstDue(), dueItem('kept', 4_993))
  },

  'the revision grows with each step that writes, and with no other': async (t, make) => {
    const store = await make({ sessions: baseOf('a') })
    const steps: [name: string, changes: Changes, grows: boolean][] = [
      ['a put', { puts: { sessions: [session({ id: 'a', external_ref: 'new' })] } }, true],
      ['a delete', { deletes: { sessions: ['a'] } }, true],
      ['a due item', { puts: { due: [dueItem('d', 1)] } }, true],
      ['nothing', {}, false],
      ['lists without documents', { puts: { sessions: [] }, deletes: { due: [] } }, false]
    ]
    for (const [name, changes, grows] of steps) {
      const before = await store.revision()
      await store.transact({ sessions: ['a'] }, () => changes)
      t.equal(await store.revision() > before, grows, name)
    }
    const before = await store.revision()
    await store.list('sessions')
    await t.rejects(store.transact({}, () => {
      throw new Error('refused')
    }))
    t.equal(await store.revision(), before)
  },

  'a step that changes due items says so, and another does not': async (t, make) => {
    let calls = 0
    const store = await make({ onDue: () => calls++ })
    await put(store, 'a')
    t.equal(calls, 0)
    await store.transact({}, () => ({ puts: { due: [dueItem('d', 1)] } }))
    t.equal(calls, 1)
    await store.transact({}, () => ({ deletes: { due: ['d'] } }))
    t.equal(calls, 2)
    t.equal(await store.firstDue(), undefined)
  }
}
