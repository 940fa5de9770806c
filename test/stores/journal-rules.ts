import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Test } from 'tap'
import { digestOf } from '../../src/domain/api-keys.js'
import { toEntry } from '../../src/domain/journal/entry.js'
import type { Exchange, Journal } from '../../src/domain/journal/journal.js'
import { requestToResend } from '../../src/domain/journal/resend.js'
import { session } from '../domain/examples.js'
import { exchange, idsOf, KEY, many } from '../domain/exchanges.js'

/** Makes an empty journal. */
type MakeJournal = (bounds: { maxEntries: number, maxBytes: number }) => Promise<Journal>

type Rule = (t: Test, make: MakeJournal) => Promise<void>

const wide = { maxEntries: 1_000, maxBytes: 1e9 }

async function add (journal: Journal, ...exchanges: readonly Partial<Exchange>[]): Promise<void> {
  for (const parts of exchanges) await journal.add(exchange({ ...parts, id: 0 }))
}

const listed = async (journal: Journal) => idsOf(await journal.list())

/** Which exchange makes a small journal drop the one before, because of its size, and which does not. */
const sizes: [name: string, parts: Partial<Exchange>, dropped: number][] = [
  ['a body counts with its length', { requestHeaders: { 'content-length': '20000' }, requestBody: {} }, 1],
  ['a body that came in chunks is measured', { requestBody: 'x'.repeat(20_000) }, 1],
  ['a body that was not read takes no room, whatever its length is said to be', { requestHeaders: { 'content-length': '20000' } }, 0],
  ['a response counts', { responseBody: JSON.stringify('x'.repeat(20_000)) }, 1],
  ['sessions that changed count about as much as the response', {
    responseBody: JSON.stringify('x'.repeat(6_000)), events: [{ type: 'session.updated', session_id: 'a', before: session(), after: session() }]
  }, 1],
  ['a long URL counts', { url: '/'.repeat(20_000) }, 1],
  ['a small exchange stays', {}, 0]
]

/** What every journal does, whatever it keeps its exchanges in. */
export const journalRules: Record<string, Rule> = {
  'an exchange gets its ID and its size when it is added': async (t, make) => {
    const journal = await make(wide)
    const [first, second] = [exchange({ id: 0 }), exchange({ id: 0 })]
    await journal.add(first)
    await journal.add(second)
    t.same(idsOf([first, second]), [1, 2])
    t.ok(first.bytes > 1_000)
    t.equal((await journal.list())[0]?.bytes, first.bytes)
  },

  'an exchange is kept with everything that its entry shows': async (t, make) => {
    const journal = await make(wide)
    const added = [
      exchange({
        requestHeaders: { 'x-api-key': KEY, 'authorization': 'Bearer t', 'x-text': 'ü', ['__proto__']: 'x' },
        idempotencyKey: `k ✓ ${KEY}`,
        requestBody: { metadata: { ['__proto__']: [], list: [1.5, null, {}] } },
        ownHeaders: { 'retry-after': '1' },
        allowance: { limit: 10, remaining: 9, endsAt: 1, exceeded: false, headers: { 'ratelimit-limit': '10' } },
        replayed: true,
        reason: `because of ${KEY}`,
        fault: 'drop=after',
        responseBody: '{"id":"ses_a","list":[]}',
        events: [{ type: 'session.updated', session_id: 'ses_a', before: session(), after: session({ metadata: { a: [] } }) }],
        deliveries: ['whd_1', 'whd_2']
      }),
      exchange({ sessionId: undefined, operation: undefined, status: null, version: undefined, requestBody: null, responseBody: '' })
    ]
    for (const one of added) await journal.add(one)
    t.same((await journal.list()).map(toEntry), added.map(toEntry))
  },

  'an exchange can be sent again with its whole API key if that key is known': async (t, make) => {
    const journal = await make(wide)
    const headers = { 'x-api-key': KEY, 'authorization': 'Bearer t', 'cookie': 'c', 'proxy-authorization': 'p', 'accept': '*/*' }
    await add(journal, { requestHeaders: headers }, { requestHeaders: { authorization: 'Bearer t' } })
    const [keyed, unkeyed] = await journal.list() as [Exchange, Exchange]
    const sent = requestToResend(keyed, {}, digest => digest === digestOf(KEY) ? KEY : undefined)
    t.match(sent.headers, { 'x-api-key': KEY, 'accept': '*/*' })
    t.notMatch(JSON.stringify(sent.headers), '…', 'what is masked is left out')
    t.notOk('x-api-key' in requestToResend(unkeyed, {}, () => KEY).headers)
  },

  'exchanges that are added at the same time have the IDs in the order in which they were added': async (t, make) => {
    const journal = await make(wide)
    const urls = ['/a', '/b', '/c', '/d']
    await Promise.all(urls.map(async url => add(journal, { url })))
    t.same((await journal.list()).map(({ id, url }) => [id, url]), urls.map((url, index) => [index + 1, url]))
  },

  'it is bounded by count: the oldest is dropped, and counted': async (t, make) => {
    const journal = await make({ ...wide, maxEntries: 3 })
    t.same([await listed(journal), await journal.counts()], [[], { size: 0, dropped: 0 }])
    await add(journal, ...many(5))
    t.same([await listed(journal), await journal.counts()], [[3, 4, 5], { size: 3, dropped: 2 }])
  },

  'it is bounded by bytes, and the newest stays, however large it is': async (t, make) => {
    const journal = await make({ ...wide, maxBytes: 10_000 })
    await add(journal, ...many(10))
    const { size, dropped } = await journal.counts()
    t.ok(size > 3 && size < 7, `${size} of 10`)
    t.equal(size + dropped, 10)
    await add(journal, { responseBody: 'x'.repeat(20_000) })
    t.same(await journal.counts(), { size: 1, dropped: 10 })
    await add(journal, {})
    t.same([await listed(journal), await journal.counts()], [[12], { size: 1, dropped: 11 }])
  },

  'every large part of an exchange counts': async (t, make) => {
    for (const [name, parts, dropped] of sizes) {
      const journal = await make({ ...wide, maxBytes: 10_000 })
      await add(journal, parts, {})
      t.equal((await journal.counts()).dropped, dropped, name)
    }
  },

  'an exchange is found by its ID until it is removed': async (t, make) => {
    const journal = await make({ ...wide, maxEntries: 4 })
    await add(journal, ...['/1', '/2', '/3', '/4', '/5'].map(url => ({ url })))
    await journal.remove((await journal.list()).filter(({ id }) => id === 3))
    const found = await Promise.all([0, 1, 2, 3, 4, 5, 6, 1e21].map(async id => journal.find(id)))
    t.same(found.map(one => one?.url), [undefined, undefined, '/2', undefined, '/4', '/5', undefined, undefined])
    await journal.clear()
    t.equal(await journal.find(4), undefined)
  },

  'some exchanges are removed, and the others keep their IDs': async (t, make) => {
    const journal = await make({ ...wide, maxEntries: 5 })
    await add(journal, ...many(3), ...many(3, { method: 'GET' }))
    await journal.remove((await journal.list()).filter(({ method }) => method === 'GET'))
    t.same([await listed(journal), await journal.counts()], [[2, 3], { size: 2, dropped: 1 }], 'what is removed does not count as dropped')
    await add(journal, {})
    t.same(await listed(journal), [2, 3, 7])
  },

  'removed exchanges free their space, once': async (t, make) => {
    const journal = await make({ ...wide, maxBytes: 10_000 })
    const large = { url: '/'.repeat(3_000) }
    await add(journal, large, large)
    const all = await journal.list()
    await Promise.all([journal.remove(all), journal.remove(all)])
    await add(journal, large, large)
    t.same([await listed(journal), await journal.counts()], [[3, 4], { size: 2, dropped: 0 }])
    await add(journal, large)
    t.same([await listed(journal), await journal.counts()], [[4, 5], { size: 2, dropped: 1 }], 'it is bounded as before')
    await journal.remove([])
    t.same(await listed(journal), [4, 5])
  },

  'removing dropped exchanges does not remove others': async (t, make) => {
    const journal = await make({ ...wide, maxEntries: 2 })
    await add(journal, {})
    const old = await journal.list()
    await add(journal, {}, {})
    await journal.remove(old)
    t.same(await listed(journal), [2, 3])
  },

  'an empty journal begins again': async (t, make) => {
    const journal = await make({ maxEntries: 3, maxBytes: 10_000 })
    await add(journal, ...many(4, { url: '/'.repeat(1_000) }))
    await journal.clear()
    t.same([await listed(journal), await journal.counts()], [[], { size: 0, dropped: 0 }])
    await add(journal, ...many(3, { url: '/'.repeat(1_000) }))
    t.same([await listed(journal), await journal.counts()], [[1, 2, 3], { size: 3, dropped: 0 }])
  },

  'the revision grows with each change, and with nothing else': async (t, make) => {
    const journal = await make({ ...wide, maxEntries: 2 })
    let last = await journal.revision()
    for (const change of [
      async () => add(journal, {}),
      async () => add(journal, {}),
      async () => add(journal, {}),
      async () => journal.remove((await journal.list()).slice(1)),
      async () => journal.clear()
    ]) {
      await change()
      await Promise.all([journal.list(), journal.find(1), journal.counts()])
      const revision = await journal.revision()
      t.ok(revision > last, `${revision} after ${last}`)
      t.equal(await journal.revision(), revision)
      last = revision
    }
  },

  'a list stays as it is, whatever happens to the journal': async (t, make) => {
    const journal = await make({ ...wide, maxEntries: 2 })
    await add(journal, {}, {})
    const list = await journal.list()
    await add(journal, {})
    await journal.clear()
    t.same(idsOf(list), [1, 2])
  },

  'whatever is added and removed, it has the youngest that fit': async (_t, make) => {
    const step = fc.oneof(fc.constant('add' as const), fc.constant('add' as const), fc.constant('clear' as const), fc.nat(6))
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 60 }), async (maxEntries, steps) => {
      const journal = await make({ ...wide, maxEntries })
      let expected: number[] = []
      let lastId = 0
      let dropped = 0
      for (const step of steps) {
        if (step === 'clear') {
          await journal.clear()
          expected = []
          lastId = dropped = 0
        } else if (step === 'add') {
          await add(journal, {})
          expected.push(++lastId)
          if (expected.length > maxEntries) {
            expected.shift()
            dropped++
          }
        } else {
          await journal.remove((await journal.list()).filter(({ id }) => id % 7 === step))
          expected = expected.filter(id => id % 7 !== step)
        }
        assert.deepEqual(await listed(journal), expected)
        assert.deepEqual(await journal.counts(), { size: expected.length, dropped })
      }
    }), { numRuns: 50 })
  }
}
