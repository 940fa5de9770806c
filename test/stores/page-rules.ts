import assert from 'node:assert/strict'
import fc from 'fast-check'
import { timestamp } from '../../src/contract/time.js'
import type { SessionFilter } from '../../src/domain/sessions/list.js'
import type { ResultFilter } from '../../src/domain/sessions/list-results.js'
import type { ResultDocument, ResultStatus } from '../../src/domain/sessions/result.js'
import type { Environment, SessionStatus } from '../../src/domain/sessions/session.js'
import { simulatedResult } from '../../src/domain/sessions/simulated-result.js'
import type { DeliveryFilter } from '../../src/domain/webhooks/delivery.js'
import { baseOf, NOW, read, session } from '../domain/examples.js'
import { delivery } from '../domain/notify-examples.js'
import { type StoreRule, texts } from './store-rule.js'

/** Reads of several documents: pages, and what belongs to a session. */
export const pageRules: Record<string, StoreRule> = {
  'a page equals the result of sorting and filtering all sessions, whatever was put and deleted': async (_t, make) => {
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

  'a page is sorted even if many sessions were added out of order': async (t, make) => {
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

  'a page of sessions with a reference has those with exactly that reference, which may be any text': async (t, make) => {
    const store = await make()
    const sessions = texts.map((external_ref, index) => session({ id: `ses_${index}`, external_ref }))
    await store.transact({}, () => ({ puts: { sessions } }))
    for (const [index, reference] of texts.entries()) {
      const where = { environment: 'sandbox', external_ref: reference } as const
      const { sessions: page } = await read(store, { sessions: { newest: { where, offset: 0, limit: 10 } } })
      t.same([page.documents.map(({ id }) => id), page.total], [[`ses_${index}`], 1], JSON.stringify(reference))
    }
  },

  'sessions from any time are in order': async (t, make) => {
    const store = await make()
    const years = ['2026', '1969', '0001', '9999', '1970', '1582']
    await store.transact({}, () => ({ puts: { sessions: years.map(id => session({ id, created_at: `${id}-01-01T00:00:00.000Z` })) } }))
    const { sessions } = await read(store, { sessions: { newest: { where: { environment: 'sandbox' }, offset: 0, limit: 10 } } })
    t.same(sessions.documents.map(({ id }) => id), [...years].sort().reverse())
  },

  'a page of results equals the result of sorting and filtering all results': async (_t, make) => {
    const time = fc.integer({ min: 0, max: 3 }).map(day => timestamp(NOW + day * 86_400_000))
    const status = fc.constantFrom<ResultStatus[]>('approved', 'rejected')
    const result: fc.Arbitrary<ResultDocument> = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd', 'e'), created_at: time, status, is_sandbox: fc.boolean() })
      .map(({ id, ...parts }) => ({ id, result: { ...simulatedResult(session({ id }), parts.status, NOW), ...parts } }))
    const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
    const where: fc.Arbitrary<ResultFilter> = fc.record({
      environment: fc.constantFrom<Environment[]>('sandbox', 'live'), status: optional(status), created_after: optional(time), created_before: optional(time)
    })
    const page = fc.record({ where, offset: fc.nat({ max: 3 }), limit: fc.integer({ min: 1, max: 4 }) })
    await fc.assert(fc.asyncProperty(fc.array(fc.array(result, { maxLength: 3 })), fc.array(page), async (steps, pages) => {
      const store = await make()
      for (const results of steps) await store.transact({}, () => ({ puts: { results } }))
      for (const page of pages) {
        const { environment, status, created_after: after = '', created_before: before = 'z' } = page.where
        const expected = (await store.list('results'))
          .filter(({ result }) => result.is_sandbox === (environment === 'sandbox') && (status === undefined || result.status === status) &&
            result.created_at >= after && result.created_at <= before)
          .sort((one, other) => Date.parse(other.result.created_at) - Date.parse(one.result.created_at) || (one.id < other.id ? -1 : 1))
        const { results } = await read(store, { results: { newest: page } })
        assert.deepEqual(results, { documents: expected.slice(page.offset, page.offset + page.limit), total: expected.length })
      }
    }))
  },

  'a page of deliveries has the last ones first': async (t, make) => {
    const store = await make()
    const ids = Array.from({ length: 10 }, (_, index) => `whd_${9 - index}`)
    for (const id of ids) await store.transact({}, () => ({ puts: { deliveries: [delivery({ id })] } }))
    await store.transact({}, () => ({ puts: { deliveries: [delivery({ id: 'whd_9', status: 'failed' })] }, deletes: { deliveries: ['whd_5'] } }))
    const pageOf = async (where: DeliveryFilter, offset: number) => {
      const { deliveries } = await read(store, { deliveries: { newest: { where, offset, limit: 3 } } })
      return [deliveries.documents.map(({ id }) => id), deliveries.total]
    }
    t.same(await pageOf({}, 0), [['whd_0', 'whd_1', 'whd_2'], 9])
    t.same(await pageOf({}, 4), [['whd_4', 'whd_6', 'whd_7'], 9])
    t.same(await pageOf({ status: 'pending' }, 6), [['whd_7', 'whd_8'], 8])
    t.same(await pageOf({ status: 'failed' }, 0), [['whd_9'], 1], 'one that is put in place keeps its place')
    t.same(await pageOf({ session_id: 'none' }, 0), [[], 0])
  },

  'the tokens of a session are those in the list of all tokens, in its order, whatever was put and deleted': async (_t, make) => {
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
  }
}
