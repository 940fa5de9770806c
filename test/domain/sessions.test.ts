import fc from 'fast-check'
import t from 'tap'
import { checkOf } from '../../src/contract/validation.js'
import { completeResult } from '../../src/domain/fixtures/result-fixture.js'
import { addSessions, findSession, removeSession } from '../../src/domain/sessions/direct.js'
import { mergeMetadata } from '../../src/domain/sessions/metadata.js'
import { environmentOf, isOpen, type Metadata, statuses } from '../../src/domain/sessions/session.js'
import { SessionUpdate, updateSession } from '../../src/domain/sessions/update.js'
import { sessionIn } from '../../src/domain/sessions/visible.js'
import { baseOf, errorOf, memoryStore, NOW, session } from './examples.js'

const key = fc.oneof(fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', 'toString', '1'), fc.string())
const stored = fc.dictionary(key, fc.jsonValue().filter(value => value !== null))
const patch = fc.dictionary(key, fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 2, arbitrary: fc.jsonValue() }))

/** The fields of an object as a map, for which no name is special. */
const fieldsOf = (metadata: Metadata) => new Map(Object.entries(metadata))

t.test('an update may hold a reference and metadata within its limits, and nothing else', async t => {
  const problemsOf = (update: unknown) => checkOf(SessionUpdate)(update).map(({ loc, type }) => `${loc.join('.')} ${type}`)
  const nested = (levels: number): unknown => levels === 0 ? 1 : { a: nested(levels - 1) }
  for (const allowed of [{}, { external_ref: '' }, { metadata: { a: 'x'.repeat(16_382), b: null, c: nested(1_000) } }]) t.same(problemsOf(allowed), [])
  t.same(problemsOf({ external_ref: 1, metadata: [], status: 'completed' }), ['status extra_forbidden', 'external_ref string_type', 'metadata dict_type'])
  t.same(problemsOf({ metadata: { a: 'x'.repeat(16_383), b: nested(1_001) } }), ['metadata.a too_large', 'metadata.b too_deep'])
})

t.test('laws of the merge', async t => {
  const laws: [name: string, law: (metadata: Metadata, patch: Metadata, other: Metadata) => boolean][] = [
    ['a key that is sent replaces, and a key set to null is removed', (metadata, patch) => {
      const merged = fieldsOf(mergeMetadata(metadata, patch))
      return Object.entries(patch).every(([key, value]) => value === null ? !merged.has(key) : merged.get(key) === value)
    }],
    ['a key that is not sent stays, by reference and in its place', (metadata, patch) => {
      const stays = (key: string) => Object.hasOwn(metadata, key) && !Object.hasOwn(patch, key)
      const kept = (from: Metadata) => Object.entries(from).filter(([key]) => stays(key)).flat()
      const [before, after] = [kept(metadata), kept(mergeMetadata(metadata, patch))]
      return before.length === after.length && before.every((part, index) => part === after[index])
    }],
    ['nothing else is added', (metadata, patch) =>
      Object.keys(mergeMetadata(metadata, patch)).every(key => Object.hasOwn(metadata, key) || Object.hasOwn(patch, key))],
    ['the same patch again changes nothing', (metadata, patch) => {
      const once = mergeMetadata(metadata, patch)
      return JSON.stringify(mergeMetadata(once, patch)) === JSON.stringify(once)
    }],
    ['patches of other keys commute', (metadata, patch, other) => {
      const disjoint = Object.fromEntries(Object.entries(other).filter(([key]) => !Object.hasOwn(patch, key)))
      const one = fieldsOf(mergeMetadata(mergeMetadata(metadata, patch), disjoint))
      const two = fieldsOf(mergeMetadata(mergeMetadata(metadata, disjoint), patch))
      return one.size === two.size && [...one].every(([key, value]) => two.get(key) === value)
    }],
    ['what is merged is never changed', (metadata, patch) => {
      const before = JSON.stringify([metadata, patch])
      mergeMetadata(metadata, patch)
      return JSON.stringify([metadata, patch]) === before
    }],
    ['prototypes are never touched', (metadata, patch) => {
      const merged = mergeMetadata(metadata, { ...patch, ...JSON.parse('{"__proto__":{"polluted":true}}') as object })
      return Object.getPrototypeOf(merged) === Object.prototype && !('polluted' in {}) && !('polluted' in merged)
    }]
  ]
  for (const [name, law] of laws) {
    t.test(name, async () => fc.assert(fc.property(stored, patch, patch, law)))
  }
})

t.test('only one level is merged: nulls further down are data', async t => {
  t.same(mergeMetadata({ a: { x: 1, y: 2 } }, { a: { y: null } }), { a: { y: null } })
  t.same(mergeMetadata({ a: [1, 2] }, { a: [null] }), { a: [null] })
})

t.test('an update makes the next version of a session, and shares what did not change', async t => {
  const before = session({ external_ref: 'old', metadata: { a: { b: 1 } }, tags: ['x'] })
  const text = JSON.stringify(before)
  const { puts, events, response } = updateSession(before, { metadata: { c: 1 } }, NOW + 1000)
  const after = { ...before, updated_at: '2026-03-01T12:00:01.000Z', metadata: { a: { b: 1 }, c: 1 } }
  t.same(puts, { sessions: [after] })
  t.same(events, [{ type: 'session.updated', session_id: 'ses_a', before, after }])
  t.same(response, { status: 200, body: after })
  t.equal(response.body.tags, before.tags)
  t.equal(JSON.stringify(before), text)
})

t.test('an update changes what it names only, and always the time', async t => {
  const before = session({ external_ref: 'old', metadata: { a: 1 } })
  const updated = updateSession(before, {}, NOW + 1).response.body
  t.same(updated, { ...before, updated_at: '2026-03-01T12:00:00.001Z' })
  t.equal(updated.metadata, before.metadata)
  t.match(updateSession(before, { external_ref: '' }, NOW).response.body, { external_ref: '', metadata: { a: 1 } })
})

t.test('a redacted session cannot be updated', async t => {
  const error = await errorOf(t, () => updateSession(session({ retention_status: 'redacted' }), {}, NOW))
  t.match(error, { code: 'validation_error', statusCode: 422 })
  t.equal(updateSession(session({ retention_status: 'sensitive_redacted' }), {}, NOW).response.status, 200)
})

t.test('an API key sees the sessions of its environment', async t => {
  const [sandbox, live] = [session(), session({ is_sandbox: false })]
  t.same([sandbox, live].map(environmentOf), ['sandbox', 'live'])
  t.equal(sessionIn('sandbox', 'ses_a', sandbox), sandbox)
  t.equal(sessionIn('live', 'ses_a', live), live)
  const hidden = [() => sessionIn('live', 'ses_a', sandbox), () => sessionIn('sandbox', 'ses_a', live), () => sessionIn('live', 'ses_b', undefined)]
  const errors = await Promise.all(hidden.map(async look => errorOf(t, look)))
  t.same(errors.map(({ detail }) => detail), Array(3).fill('Session not found.'), 'the response does not say why')
  t.same(errors.map(({ reason }) => reason),
    ['ses_a is a sandbox session, the API key is live', 'ses_a is a live session, the API key is sandbox', 'no session has the ID "ses_b"'])
})

t.test('a session can be captured while it is pending or capturing', async t => {
  t.same(statuses.filter(isOpen), ['pending', 'capturing'])
})

t.test('a session is added and removed with its result', async t => {
  const store = memoryStore()
  const added = session({ status: 'failed' })
  await addSessions(store, { sessions: [added], results: [completeResult({}, added)] })
  t.same(await store.list('results'), [completeResult({}, added)])
  await removeSession(store, 'ses_a')
  t.equal(await store.count('results'), 0)
})

t.test('a test adds, finds and removes sessions of either environment', async t => {
  const store = memoryStore({ sessions: baseOf('ses_a') })
  const live = session({ id: 'ses_live', is_sandbox: false })
  await addSessions(store, { sessions: [live, session({ id: 'ses_b' })] })
  t.equal(await findSession(store, 'ses_live'), live)
  t.match(await errorOf(t, async () => addSessions(store, { sessions: [session({ id: 'ses_c' }), live] })),
    { code: 'conflict', statusCode: 409, detail: 'Session ses_live already exists.' })
  t.equal(await store.count('sessions'), 3, 'nothing was added')
  await removeSession(store, 'ses_live')
  for (const call of [removeSession, findSession]) {
    t.match(await errorOf(t, async () => call(store, 'ses_live')), { code: 'not_found', detail: 'Session not found.' })
  }
  await addSessions(store, { sessions: [] })
  t.equal(await store.count('sessions'), 2)
})
