import fc from 'fast-check'
import t from 'tap'
import { completeSession } from '../../src/sessions/fixtures.js'
import type { Metadata } from '../../src/sessions/session.js'
import { StoredSession } from '../../src/sessions/stored-session.js'
import { mergeInto, updateSession } from '../../src/sessions/update.js'

const key = fc.oneof(fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', 'toString', '1'), fc.string())
const stored = fc.dictionary(key, fc.jsonValue().filter(value => value !== null))
const patch = fc.dictionary(key, fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 2, arbitrary: fc.jsonValue() }))

/** The merge of an object that stays as it is. */
const mergeMetadata = (metadata: Metadata, patch: Metadata) => mergeInto({ ...metadata }, patch)

/** Equality of what JSON would say, with the order of members and all. */
const same = (a: Metadata, b: Metadata): boolean => JSON.stringify(a) === JSON.stringify(b)
const sorted = (metadata: Metadata): Metadata => Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => a < b ? -1 : 1))

t.test('laws of the merge', async t => {
  t.test('one patch twice is the patch once', async () => {
    fc.assert(fc.property(stored, patch, (metadata, patch) => {
      const once = mergeMetadata(metadata, patch)
      return same(mergeMetadata(once, patch), once)
    }))
  })
  t.test('a key set to null is gone, a key set to a value has that value', async () => {
    fc.assert(fc.property(stored, patch, (metadata, patch) => {
      const merged = mergeMetadata(metadata, patch)
      return Object.entries(patch).every(([key, value]) => value === null
        ? !Object.hasOwn(merged, key)
        : Object.entries(merged).some(([name, other]) => name === key && other === value))
    }))
  })
  t.test('a key that is not sent is kept, with its value and its place', async () => {
    fc.assert(fc.property(stored, patch, (metadata, patch) => {
      const kept = (from: Metadata) => Object.entries(from).filter(([key]) => Object.hasOwn(metadata, key) && !Object.hasOwn(patch, key))
      return same(Object.fromEntries(kept(metadata)), Object.fromEntries(kept(mergeMetadata(metadata, patch))))
    }))
  })
  t.test('disjoint patches commute', async () => {
    fc.assert(fc.property(stored, patch, patch, (metadata, one, two) => {
      const other = Object.fromEntries(Object.entries(two).filter(([key]) => !Object.hasOwn(one, key)))
      return same(sorted(mergeMetadata(mergeMetadata(metadata, one), other)), sorted(mergeMetadata(mergeMetadata(metadata, other), one)))
    }))
  })
  t.test('prototypes are never touched', async () => {
    fc.assert(fc.property(stored, patch, (metadata, patch) => {
      const merged = mergeMetadata(metadata, { ...patch, ...JSON.parse('{"__proto__":{"polluted":true}}') as object })
      return Object.getPrototypeOf(merged) === Object.prototype && !('polluted' in {}) && !('polluted' in merged)
    }))
  })
  t.test('what is merged stays as it was', async () => {
    fc.assert(fc.property(stored, patch, (metadata, patch) => {
      const session = StoredSession.of(completeSession({ id: 'ses_a', metadata }, 0))
      const before = JSON.stringify([session, patch])
      updateSession(session, { metadata: patch }, 0)
      return JSON.stringify([session, patch]) === before
    }))
  })
})

t.test('only one level is merged', async t => {
  t.same(mergeMetadata({ a: { x: 1, y: 2 } }, { a: { y: null } }), { a: { y: null } })
  t.same(mergeMetadata({ a: [1, 2] }, { a: [null] }), { a: [null] })
})

t.test('an update makes a new session and shares what did not change', async t => {
  const session = StoredSession.of(completeSession({ id: 'ses_a', metadata: { a: { b: 1 } }, tags: ['x'] }, 0))
  const before = JSON.stringify(session)
  const updated = updateSession(session, { metadata: { c: 1 } }, 1000)
  t.equal(JSON.stringify(session), before, 'the old one is as it was')
  t.same(updated.toJSON().metadata, { a: { b: 1 }, c: 1 })
  t.same(updated.toJSON().tags, ['x'])
  t.equal(updated.updatedAt, '1970-01-01T00:00:01.000Z')
  t.equal(updateSession(session, {}, 0).metadataText, session.metadataText)
})
