import assert from 'node:assert/strict'
import fc from 'fast-check'
import { apiError } from '../../src/contract/errors.js'
import { apply, type Outcome } from '../../src/domain/apply.js'
import type { Decision } from '../../src/domain/decision.js'
import { type Claim, IDEMPOTENCY_WINDOW, recordId } from '../../src/domain/idempotency/record.js'
import type { Store } from '../../src/domain/store.js'
import { updateSession } from '../../src/domain/sessions/update.js'
import type { MakeStore, StoreRule } from '../stores/store-rule.js'
import { claim, errorOf, NOW, session, stopClock } from './examples.js'

/** A store with the session `ses_a`. */
async function storeWithSession (make: MakeStore): Promise<Store> {
  const store = await make()
  await store.transact({}, () => ({ puts: { sessions: [session()] } }))
  return store
}

/** Counts how often the session was processed: each execution is seen. */
async function count (store: Store, claim: Claim | undefined, now = NOW): Promise<Outcome> {
  await stopClock(store, now)
  return apply(store, {
    claim,
    reads: { sessions: ['ses_a'] },
    decide: ({ sessions: [before = session()] }): Decision => {
      const after = { ...before, processing_attempts: (before.processing_attempts ?? 0) + 1 }
      const events = [{ type: 'session.updated', session_id: after.id, before, after } as const]
      return { puts: { sessions: [after] }, events, response: { status: 200, body: after.processing_attempts } }
    }
  })
}

const countIn = async (store: Store) => (await store.list('sessions'))[0]?.processing_attempts

/** What idempotency keys do, whatever store keeps them. */
export const applyRules: Record<string, StoreRule> = {
  'without an idempotency key a step is executed each time': async (t, make) => {
    const store = await storeWithSession(make)
    const { result, replayed, events } = await count(store, undefined)
    t.match({ result, replayed, events }, { result: { status: 200, body: 1 }, replayed: false, events: [{ before: session() }] })
    t.match(await count(store, undefined), { result: { body: 2 }, replayed: false })
    t.equal(await store.count('idempotency'), 0)
  },

  'the same key with the same parameters is executed once, then replayed': async (t, make) => {
    const store = await storeWithSession(make)
    const first = await count(store, claim())
    t.match(first, { result: { status: 200, body: 1 }, replayed: false, events: [{ type: 'session.updated' }] })
    await count(store, undefined)
    const second = await count(store, claim({ body: { external_ref: 'a' } }), NOW + 1)
    t.equal(second.replayed, true)
    t.same(second.events, [])
    t.same(second.result, first.result)
    t.equal(await countIn(store), 2)
    t.match(await store.list('idempotency'), [{ id: recordId(claim()), key: 'key', firstSeenAt: NOW, replays: 1, result: first.result }])
  },

  'parameters that are equal as JSON are equal': async (t, make) => {
    const body = { a: 1, b: { c: [1, 0] } }
    const equal: Record<string, Partial<Claim>> = {
      'fields in another order': { body: { b: { c: [1, 0] }, a: 1 } },
      '-0, which is written again as 0': { body: { a: 1, b: { c: [1, -0] } } },
      'an object without a prototype': { body, query: Object.create(null) as Claim['query'] }
    }
    for (const [name, parts] of Object.entries(equal)) {
      const store = await storeWithSession(make)
      await count(store, claim({ body }))
      t.equal((await count(store, claim({ body, ...parts }))).replayed, true, name)
    }
  },

  'the same key with other parameters is a mismatch, and the log says where': async (t, make) => {
    const first = claim({ operation: 'testEndpoint', params: { endpoint_id: 'x' }, query: { limit: '1' }, body: { a: { b: 1 } } })
    const mismatches: [name: string, parts: Partial<Claim>, reason: string][] = [
      ['another operation', { operation: 'updateEndpoint' }, 'key was first used for testEndpoint'],
      ['the same path below another one', { operation: 'testSession', params: { session_id: 'x' } }, 'key was first used for testEndpoint'],
      ['another ID in the path', { params: { endpoint_id: 'y' } }, 'path differs at endpoint_id'],
      ['more IDs in the path', { params: { endpoint_id: 'x', delivery_id: 'y' } }, 'path differs at delivery_id'],
      ['another query', { query: { limit: '2' } }, 'query differs at limit'],
      ['no query', { query: {} }, 'query differs at limit'],
      ['another value in the body', { body: { a: { b: 2 } } }, 'body differs at a.b'],
      ['null where nothing was', { body: { a: { b: 1 }, c: null } }, 'body differs at c'],
      ['no body', { body: undefined }, 'body differs']
    ]
    const store = await storeWithSession(make)
    await count(store, first)
    for (const [name, parts, reason] of mismatches) {
      const error = await errorOf(t, async () => count(store, { ...first, ...parts }))
      t.match(error, { code: 'idempotency_mismatch', statusCode: 422 }, name)
      t.equal(error.reason, reason, name)
    }
    t.equal((await count(store, first)).replayed, true)
    t.match(await store.list('idempotency'), [{ replays: 1 }], 'a mismatch is no replay')
    t.equal(await countIn(store), 1)
  },

  'the same key of another API key is another key': async (t, make) => {
    const store = await storeWithSession(make)
    await count(store, claim())
    t.equal((await count(store, claim({ apiKey: { masked: 'vk_live_…', digest: 'other' } }))).replayed, false)
    t.equal(await store.count('idempotency'), 2)
  },

  'an error writes nothing, and leaves the key free': async (t, make) => {
    const store = await storeWithSession(make)
    const refuse = (given: Claim | undefined) => apply(store, {
      claim: given,
      reads: {},
      decide: () => {
        throw apiError('sessionRedacted')
      }
    })
    for (const given of [undefined, claim()]) t.match(await errorOf(t, async () => refuse(given)), { statusCode: 422 })
    t.same([await store.count('idempotency'), await countIn(store)], [0, 0])
    t.equal((await count(store, claim({ body: 'another' }))).replayed, false)
  },

  'a key is free again after 24 hours, to the millisecond': async (t, make) => {
    const store = await storeWithSession(make)
    await count(store, claim())
    await count(store, claim({ key: 'other' }), NOW + 1)
    t.equal((await count(store, claim(), NOW + IDEMPOTENCY_WINDOW - 1)).replayed, true, 'a replay does not lengthen the 24 hours')
    t.equal((await count(store, claim({ body: 'another' }), NOW + IDEMPOTENCY_WINDOW)).replayed, false)
    t.match(await store.list('idempotency'), [{ key: 'other' }, { key: 'key', firstSeenAt: NOW + IDEMPOTENCY_WINDOW, replays: 0 }],
      'a key that is used again is the youngest')
  },

  'an operation that deletes documents keeps its deletes, whether its key is new or used again': async (t, make) => {
    const store = await storeWithSession(make)
    const remove = async (given: Claim | undefined, now: number) => {
      await store.transact({}, () => ({ puts: { sessions: [session()] } }))
      const decision: Decision = { deletes: { sessions: ['ses_a'] }, events: [], response: { status: 204, body: undefined } }
      await stopClock(store, now)
      await apply(store, { claim: given, reads: {}, decide: () => decision })
      return store.count('sessions')
    }
    t.same([await remove(undefined, 0), await remove(claim(), 0), await remove(claim(), IDEMPOTENCY_WINDOW)], [0, 0, 0])
  },

  'a clock that is moved back makes no key expire': async (t, make) => {
    const store = await storeWithSession(make)
    await count(store, claim())
    t.equal((await count(store, claim(), NOW - 10 * IDEMPOTENCY_WINDOW)).replayed, true)
  },

  'equal requests at the same time are executed once': async (t, make) => {
    const store = await storeWithSession(make)
    const outcomes = await Promise.all(Array.from({ length: 10 }, async () => count(store, claim())))
    t.equal(outcomes.filter(({ replayed }) => replayed).length, 9)
    t.same(new Set(outcomes.map(({ result }) => result.body)), new Set([1]))
    t.equal(await countIn(store), 1)
  },

  'whatever is sent, a replay has the result of the first request': async (_t, make) => {
    const update = fc.record({ external_ref: fc.string(), metadata: fc.dictionary(fc.string(), fc.jsonValue()) }, { requiredKeys: [] })
    await fc.assert(fc.asyncProperty(update, update, async (first, second) => {
      const store = await storeWithSession(make)
      const send = async (body: typeof first, key: string | undefined, now: number) => {
        await stopClock(store, now)
        return apply(store, {
          claim: key === undefined ? undefined : claim({ key, body }),
          reads: { sessions: ['ses_a'] },
          decide: ({ sessions: [before = session()] }, now) => updateSession(before, body, now)
        })
      }
      const { result } = await send(first, 'k', NOW)
      await send(second, undefined, NOW + 1)
      const before = await store.list('sessions')
      const replay = await send(structuredClone(first), 'k', NOW + 2)
      // as text: what a store has read again has other prototypes
      assert.equal(JSON.stringify([replay.replayed, replay.result]), JSON.stringify([true, result]))
      assert.deepEqual(await store.list('sessions'), before)
    }))
  }
}
