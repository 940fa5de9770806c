import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { changeSetting, initialSettings, settingIn, type SettingName } from '../../src/domain/settings.js'
import type { Changes } from '../../src/domain/store.js'
import { baseOf, clockAt, dueItem, NOW, read, session, stopClock } from '../domain/examples.js'
import { move, put, type StoreRule } from './store-rule.js'

/** The clock and other settings, due items, and what is reported about changes. */
export const changeRules: Record<string, StoreRule> = {
  'the first due item is the first by time, then by ID, whatever was put and deleted': async (_t, make) => {
    const id = fc.constantFrom('a', 'b', 'c', 'd')
    const at = fc.constantFrom(0, 1, 2, 3, -1, -2, 0.5, -0.5, -NOW, NOW, 10 * NOW)
    const item = fc.record({ id, at }).map(({ id, at }) => dueItem(id, at))
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

  'each revision grows with the steps that write its documents, and with no other step': async (t, make) => {
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
      ['deletes of nothing', { deletes: { sessions: ['none'], due: ['none'], deliveries: ['none'], tokens: ['none'] } }, undefined],
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

  'a step that changes due items, moves or the clock wakes the listeners, and no other step does': async (t, make) => {
    const store = await make()
    let calls = 0
    store.onWake(() => calls++)
    const empty = { puts: { due: [], moves: [], settings: [] }, deletes: { due: [] } }
    const sleeping: Changes[] = [
      {}, empty, { deletes: { due: ['none'], moves: ['none'] } }, { puts: { sessions: [session()] } }, { puts: { running: [dueItem('d', 1)] } },
      ...(['faults', 'rateLimits', 'webhooks'] as const).map(name => ({ puts: { settings: [initialSettings[name]] } }))
    ]
    for (const changes of sleeping) {
      await store.transact({}, () => changes)
      t.equal(calls, 0, JSON.stringify(changes))
    }
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

  'a wait for a change ends after each step that writes; in a store that is not shared, only then': async (t, make) => {
    const store = await make()
    const steps: Changes[] = [
      { puts: { sessions: [session()] } }, { deletes: { sessions: ['ses_a'] } }, { puts: { due: [dueItem('d', 1)] } },
      { puts: { running: [dueItem('d', 1)] } }, { deletes: { running: ['d'] } }, { puts: { moves: [move('m')] } }, { puts: { settings: [clockAt(NOW)] } }
    ]
    for (const changes of steps) {
      let ended = 0
      const waiting = [store.changed(), store.changed()].map(async changed => changed.then(() => ended++))
      await read(store, { sessions: ['ses_a'] })
      await store.transact({}, () => ({ puts: { sessions: [] }, deletes: { due: [] } }))
      await store.list('due')
      await turn()
      if (!store.isShared) t.equal(ended, 0)
      await store.transact({}, () => changes)
      await Promise.all(waiting)
    }
  },

  'in a closed store, waits end immediately, and it neither leads nor wakes listeners': async (t, make) => {
    const store = await make()
    let calls = 0
    store.onWake(() => calls++)
    const changed = store.changed()
    store.close()
    store.close()
    await Promise.all([changed, store.changed()])
    await store.transact({}, () => ({ puts: { due: [dueItem('d', 1)] } }))
    t.same([calls, await store.lead()], [0, false])
    await put(store, 'a')
    t.equal(await store.count('sessions'), 1, 'steps that have begun can end')
  },

  'a step gets the time of the clock that earlier steps have set': async (t, make) => {
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

  'settings are the initial ones until others are put, and can be read right after the step': async (t, make) => {
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

  'the only process of a store leads, as often as it asks': async (t, make) => {
    const store = await make()
    t.same([await store.lead(), await store.lead()], [true, true])
  }
}
