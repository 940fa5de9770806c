import assert from 'node:assert/strict'
import fc from 'fast-check'
import { IDEMPOTENCY_WINDOW } from '../../src/domain/idempotency/record.js'
import { MAX_WINDOWS } from '../../src/domain/rate-limits.js'
import type { Store } from '../../src/domain/store.js'
import { NOW, RECORD_BYTES, record, stopClock } from '../domain/examples.js'
import { idsOf, type StoreRule } from './store-rule.js'

async function putRecords (store: Store, ...keys: string[]): Promise<void> {
  await store.transact({}, () => ({ puts: { idempotency: keys.map(key => record(key)) } }))
}

/** Bounded collections, and what they evict. */
export const boundRules: Record<string, StoreRule> = {
  'idempotency keys are bounded by count: the oldest are evicted': async (t, make) => {
    const store = await make({ max: 3 })
    await stopClock(store, NOW)
    const look = async () => [await store.evicted('idempotency'), await idsOf(store, 'idempotency')]
    await putRecords(store, 'a', 'b', 'c')
    await store.transact({ idempotency: ['digesta'] }, ({ idempotency: [one] }) =>
      ({ puts: { idempotency: one === undefined ? [] : [{ ...one, replays: 1 }] } }))
    t.same(await look(), [0, ['digesta', 'digestb', 'digestc']])
    await putRecords(store, 'd')
    t.same(await look(), [1, ['digestb', 'digestc', 'digestd']], 'a replay is no first use')
    await store.transact({}, () => ({ deletes: { idempotency: ['digestb', 'none'] }, puts: { idempotency: [record('b')] } }))
    await putRecords(store, 'e', 'f')
    t.same(await look(), [3, ['digestb', 'digeste', 'digestf']])
    t.equal(await store.count('idempotency'), 3)
  },

  'idempotency keys are bounded by bytes: the oldest are evicted': async (t, make) => {
    const store = await make({ maxBytes: 3 * RECORD_BYTES })
    await stopClock(store, NOW)
    const look = async () => [await store.evicted('idempotency'), await idsOf(store, 'idempotency')]
    await putRecords(store, 'a', 'b', 'c')
    await store.transact({}, () => ({ puts: { idempotency: [{ ...record('b'), bytes: RECORD_BYTES + 1 }] } }))
    t.same(await look(), [1, ['digestb', 'digestc']], 'a record that grew counts with its new size')
    await store.transact({}, () => ({ deletes: { idempotency: ['digestb'] } }))
    await putRecords(store, 'd', 'e')
    t.same(await look(), [1, ['digestc', 'digestd', 'digeste']], 'a deleted record holds nothing')
    await store.transact({}, () => ({ puts: { idempotency: [{ ...record('x'), bytes: 4 * RECORD_BYTES }] } }))
    t.same(await look(), [4, ['digestx']], 'the newest stays, also when it is larger than the bound')
    await putRecords(store, 'f')
    t.same(await look(), [5, ['digestf']])
  },

  'evictions count only records that have not expired': async (t, make) => {
    const store = await make({ max: 2 })
    await stopClock(store, NOW)
    await putRecords(store, 'a', 'b')
    await stopClock(store, NOW + IDEMPOTENCY_WINDOW - 1)
    await putRecords(store, 'c')
    t.equal(await store.evicted('idempotency'), 1)
    await stopClock(store, NOW + IDEMPOTENCY_WINDOW)
    await putRecords(store, 'd')
    t.equal(await store.evicted('idempotency'), 1)
    t.same([await store.evicted('deliveries'), await store.evicted('rates')], [0, 0])
  },

  'whatever is put and deleted, the youngest records that fit are kept': async (_t, make) => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e')
    const put = fc.record({ key, bytes: fc.integer({ min: 1, max: 4 }), age: fc.constantFrom(0, IDEMPOTENCY_WINDOW) })
    const step = fc.record({ deletes: fc.array(key, { maxLength: 2 }), puts: fc.array(put, { maxLength: 4 }) })
    const bound = fc.integer({ min: 1, max: 4 })
    await fc.assert(fc.asyncProperty(bound, bound, fc.array(step), async (max, bytes, steps) => {
      const store = await make({ max, maxBytes: 2 * bytes })
      await stopClock(store, NOW)
      const expected = new Map<string, { bytes: number, age: number }>()
      let evicted = 0
      for (const { deletes, puts } of steps) {
        const records = puts.map(({ key, bytes, age }) => ({ ...record(key, NOW - age), bytes }))
        await store.transact({}, () => ({ deletes: { idempotency: deletes.map(key => record(key).id) }, puts: { idempotency: records } }))
        for (const key of deletes) expected.delete(key)
        for (const { key, ...rest } of puts) expected.set(key, rest)
        const size = () => [...expected.values()].reduce((sum, { bytes }) => sum + bytes, 0)
        const isOver = () => expected.size > max || (expected.size > 1 && size() > 2 * bytes)
        while (isOver()) {
          const [[key, { age }]] = expected as unknown as [[string, { age: number }]]
          expected.delete(key)
          if (age === 0) evicted++
        }
        assert.deepEqual((await store.list('idempotency')).map(({ key }) => key), [...expected.keys()])
        assert.equal(await store.evicted('idempotency'), evicted)
      }
    }), { numRuns: 50 })
  },

  'each step that evicts a record before it has expired is reported': async (t, make) => {
    let reports = 0
    const store = await make({ max: 1, onEviction: () => reports++ })
    await stopClock(store, NOW)
    await putRecords(store, 'a')
    t.equal(reports, 0)
    await putRecords(store, 'b', 'c')
    t.same([reports, await store.evicted('idempotency')], [1, 2])
    await putRecords(store, 'd')
    t.same([reports, await store.evicted('idempotency')], [2, 3])
    await stopClock(store, NOW + IDEMPOTENCY_WINDOW)
    await putRecords(store, 'e')
    t.same([reports, await store.evicted('idempotency')], [2, 3])
  },

  'rate windows are bounded: the oldest are evicted': async (t, make) => {
    const store = await make()
    await stopClock(store, NOW)
    const rates = Array.from({ length: MAX_WINDOWS + 3 }, (_, index) =>
      ({ id: `r${index}`, limit: 1, remaining: 1, endsAt: index === 0 ? NOW : NOW + 1 }))
    await store.transact({}, () => ({ puts: { rates } }))
    t.same([await store.count('rates'), await store.evicted('rates'), (await store.list('rates'))[0]], [MAX_WINDOWS, 2, rates[3]])
  }
}
