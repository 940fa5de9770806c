import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import type { Test } from 'tap'
import { IDEMPOTENCY_WINDOW } from '../../src/domain/idempotency/record.js'
import type { SessionFilter } from '../../src/domain/sessions/list.js'
import type { Environment, SessionStatus } from '../../src/domain/sessions/session.js'
import { changeSetting, initialSettings, settingIn, type SettingName } from '../../src/domain/settings.js'
import type { Changes, Collection, Store } from '../../src/domain/store.js'
import type { Move } from '../../src/domain/timeline.js'
import { baseOf, clockAt, dueItem, NOW, read, RECORD_BYTES, record, session, stopClock, type StoreParts } from '../domain/examples.js'

/** Makes an empty store, or one that begins with some sessions. */
export type MakeStore = (parts?: StoreParts) => Promise<Store>

export type Rule = (t: Test, make: MakeStore) => Promise<void>

const idsOf = async (store: Store, collection: 'sessions' | 'idempotency' | 'due') => (await store.list(collection)).map(({ id }) => id)
const put = async (store: Store, ...ids: string[]) =>
  store.transact({}, () => ({ puts: { sessions: ids.map(id => session({ id })) } }))
const remove = async (store: Store, ...ids: string[]) => store.transact({}, () => ({ deletes: { sessions: ids } }))
const putRecords = async (store: Store, ...keys: string[]) =>
  store.transact({}, () => ({ puts: { idempotency: keys.map(key => record(key)) } }))

const move = (id: string): Move => ({ id, set: null, advance: 0, target: null, refused: false })

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

  'an eviction counts only if the record had not expired': async (t, make) => {
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

  'the revisions grow with each step that writes what they stand for, and with no other': async (t, make) => {
    const store = await make({ sessions: baseOf('a') })
    const steps: [name: string, changes: Changes, grows: 'documents' | 'settings' | undefined][] = [
      ['a put', { puts: { sessions: [session({ id: 'a', external_ref: 'new' })] } }, 'documents'],
      ['a delete', { deletes: { sessions: ['a'] } }, 'documents'],
      ['a due item', { puts: { due: [dueItem('d', 1)] } }, 'documents'],
      ['an item that is under way', { puts: { running: [dueItem('d', 1)] } }, 'documents'],
      ['a setting', { puts: { settings: [clockAt(NOW)] } }, 'settings'],
      ['a move', { puts: { moves: [move('m')] } }, undefined],
      ['the end of a move', { deletes: { moves: ['m'] } }, undefined],
      ['a count of requests', { puts: { rates: [{ id: 'r', limit: 1, remaining: 1, endsAt: 1 }] } }, undefined],
      ['nothing', {}, undefined],
      ['lists without documents', { puts: { sessions: [], settings: [] }, deletes: { due: [] } }, undefined]
    ]
    const grown = async (action: () => Promise<unknown>) => {
      const before = await store.revisions()
      await action()
      const after = await store.revisions()
      return (['documents', 'settings'] as const).filter(name => after[name] > before[name])
    }
    for (const [name, changes, grows] of steps) {
      t.same(await grown(async () => store.transact({ sessions: ['a'] }, () => changes)), grows === undefined ? [] : [grows], name)
    }
    t.same(await grown(async () => store.list('sessions')), [])
    t.same(await grown(async () => t.rejects(store.transact({}, () => {
      throw new Error('refused')
    }))), [])
  },

  'a step that changes due items, moves or the clock wakes who listens, and one that writes nothing or a session does not': async (t, make) => {
    const store = await make()
    let calls = 0
    store.onWake(() => calls++)
    const empty = { puts: { due: [], moves: [], settings: [] }, deletes: { due: [] } }
    const sleeping: Changes[] = [{}, empty, { puts: { sessions: [session()] } }]
    for (const changes of sleeping) await store.transact({}, () => changes)
    t.equal(calls, 0)
    const waking: Changes[] = [
      { puts: { due: [dueItem('d', 1)] } }, { deletes: { due: ['d'] } }, { puts: { moves: [move('m')] } }, { deletes: { moves: ['m'] } },
      { puts: { settings: [clockAt(NOW)] } }
    ]
    for (const changes of waking) {
      const before = calls
      await store.transact({}, () => changes)
      t.ok(calls > before, JSON.stringify(changes))
    }
    t.equal(await store.firstDue(), undefined)
  },

  'who waits for a change hears of each step that writes, and of no other': async (t, make) => {
    const store = await make()
    const steps: Changes[] = [
      { puts: { sessions: [session()] } }, { deletes: { sessions: ['ses_a'] } }, { puts: { due: [dueItem('d', 1)] } },
      { puts: { running: [dueItem('d', 1)] } }, { deletes: { running: ['d'] } }, { puts: { moves: [move('m')] } }, { puts: { settings: [clockAt(NOW)] } }
    ]
    for (const changes of steps) {
      let heard = 0
      const waiting = [store.changed(), store.changed()].map(async changed => changed.then(() => heard++))
      await read(store, { sessions: ['ses_a'] })
      await store.transact({}, () => ({ puts: { sessions: [] }, deletes: { due: [] } }))
      await store.list('due')
      await turn()
      t.equal(heard, 0)
      await store.transact({}, () => changes)
      await Promise.all(waiting)
    }
  },

  'nobody waits for a store that is closed': async (_t, make) => {
    const store = await make()
    const changed = store.changed()
    store.close()
    await Promise.all([changed, store.changed()])
  },

  'a step gets the time of the clock that the steps before have set': async (t, make) => {
    const store = await make()
    const nowIn = async () => (await store.transact({}, (_found, now) => ({ puts: {}, now }))).now
    t.ok(Math.abs(await nowIn() - store.machineTime()) < 60_000, 'it runs with the machine')
    await stopClock(store, NOW)
    t.same([await nowIn(), (await store.snapshot()).now], [NOW, NOW])
    const year = 365 * 24 * 60 * 60 * 1000
    await store.transact({}, () => ({ puts: { settings: [{ id: 'clock', offset: year, frozenAt: null }] } }))
    for (const now of [await nowIn(), (await store.snapshot()).now]) {
      t.ok(Number.isInteger(now) && Math.abs(now - store.machineTime() - year) < 60_000, 'it runs ahead of the machine')
    }
  },

  'settings are the initial ones until others are put, and at hand after the step that does': async (t, make) => {
    const store = await make()
    for (const [name, setting] of Object.entries(initialSettings)) t.same(store.setting(name as SettingName), setting)
    const held = { id: 'webhooks', held: true, timing: 7 } as const
    const { before } = await store.transact({ settings: ['webhooks', 'clock'] }, found =>
      ({ puts: { settings: [held] }, before: settingIn(found, 'webhooks') }))
    t.same([before, store.setting('webhooks'), store.setting('clock')], [initialSettings.webhooks, held, initialSettings.clock])
    t.same(settingIn(await read(store, { settings: ['clock', 'webhooks'] }), 'webhooks'), held)
    t.same(await changeSetting(store, 'webhooks', before => ({ ...before, held: false })), { ...held, held: false })
    t.equal(store.setting('webhooks').held, false)
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

  'an ID can be any text': async (t, make) => {
    const store = await make()
    const ids = ['', ' ', '\0', 'a\0b', '__proto__', 'constructor', 'ä😀', '"\\\n', '*?[', 'x'.repeat(65_536)]
    await put(store, ...ids)
    t.same(await idsOf(store, 'sessions'), ids)
    t.same((await read(store, { sessions: ids })).sessions.map(one => one?.id), ids)
    await store.transact({}, () => ({ puts: { tokens: ids.map(id => ({ id: `t${id}`, session_id: id, link_id: null })) } }))
    for (const id of ids) t.same((await read(store, { tokens: { of: id } })).tokens.map(({ session_id: owner }) => owner), [id])
    await remove(store, ...ids)
    t.equal(await store.count('sessions'), 0)
  },

  'who has a store for itself leads, as often as it asks': async (t, make) => {
    const store = await make()
    t.same([await store.lead(), await store.lead()], [true, true])
  }
}
