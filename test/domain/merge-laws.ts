import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { apply } from '../../src/domain/apply.js'
import type { Metadata } from '../../src/domain/sessions/session.js'
import { updateSession } from '../../src/domain/sessions/update.js'
import type { Store } from '../../src/domain/store.js'
import type { StoreRule } from '../stores/store-rule.js'
import { session } from './examples.js'

/** Merges a patch into metadata. */
type Merge = (metadata: Metadata, patch: Metadata) => Promise<Metadata>

type Law = (merge: Merge, metadata: Metadata, patch: Metadata, other: Metadata) => Promise<boolean>

const key = fc.oneof(fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', 'toString', '1'), fc.string())
export const stored = fc.dictionary(key, fc.jsonValue().filter(value => value !== null))
export const patch = fc.dictionary(key, fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 2, arbitrary: fc.jsonValue() }))

/** The fields of an object as a map, for which no name is special. */
const fieldsOf = (metadata: Metadata) => new Map(Object.entries(metadata))

/** The same as JSON: what a store has read again has other prototypes. */
const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

/** What a merge does, wherever it is made. */
export const mergeLaws: Record<string, Law> = {
  'a key that is sent replaces, and a key set to null is removed': async (merge, metadata, patch) => {
    const merged = fieldsOf(await merge(metadata, patch))
    return Object.entries(patch).every(([key, value]) => value === null ? !merged.has(key) : isSame(merged.get(key), value))
  },
  'a key that is not sent stays in its place': async (merge, metadata, patch) => {
    const kept = (from: Metadata) => Object.entries(from).filter(([key]) => Object.hasOwn(metadata, key) && !Object.hasOwn(patch, key))
    return isSame(kept(await merge(metadata, patch)), kept(metadata))
  },
  'nothing else is added': async (merge, metadata, patch) =>
    Object.keys(await merge(metadata, patch)).every(key => Object.hasOwn(metadata, key) || Object.hasOwn(patch, key)),
  'the same patch again changes nothing': async (merge, metadata, patch) => {
    const once = await merge(metadata, patch)
    return isSame(await merge(once, patch), once)
  },
  'patches of other keys commute': async (merge, metadata, patch, other) => {
    const disjoint = Object.fromEntries(Object.entries(other).filter(([key]) => !Object.hasOwn(patch, key)))
    const one = fieldsOf(await merge(await merge(metadata, patch), disjoint))
    const two = fieldsOf(await merge(await merge(metadata, disjoint), patch))
    return isDeepStrictEqual(one, two)
  },
  'prototypes are never touched': async (merge, metadata, patch) => {
    const merged = await merge(metadata, { ...patch, ...JSON.parse('{"__proto__":{"polluted":true}}') as object })
    return Object.getPrototypeOf(merged) === Object.prototype && !('polluted' in {}) && !('polluted' in merged)
  }
}

/** Merges a patch into the metadata of the session of a store. */
async function update (store: Store, patch: Metadata): Promise<void> {
  await apply(store, {
    claim: undefined,
    reads: { sessions: ['ses_a'] },
    decide: ({ sessions: [before = session()] }, now) => updateSession(before, { metadata: patch }, now)
  })
}

const begin = async (store: Store, metadata: Metadata) => store.transact({}, () => ({ puts: { sessions: [session({ metadata })] } }))
const metadataIn = async (store: Store) => (await store.list('sessions'))[0]?.metadata ?? {}

/** What updates do to metadata, whatever store keeps it. */
export const mergeRules: Record<string, StoreRule> = {
  ...Object.fromEntries(Object.entries(mergeLaws).map(([name, law]): [string, StoreRule] => [`updates of a session: ${name}`, async (_t, make) => {
    const store = await make()
    const merge: Merge = async (metadata, patch) => {
      await begin(store, metadata)
      await update(store, patch)
      return metadataIn(store)
    }
    await fc.assert(fc.asyncProperty(stored, patch, patch, async (...given) => law(merge, ...given)), { numRuns: 50 })
  }])),

  'updates at the same time lead where they lead one after the other, in some order': async (_t, make) => {
    const store = await make()
    await fc.assert(fc.asyncProperty(stored, patch, patch, async (metadata, one, other) => {
      const results: string[] = []
      for (const patches of [[one, other], [other, one]]) {
        await begin(store, metadata)
        for (const patch of patches) await update(store, patch)
        results.push(JSON.stringify(await metadataIn(store)))
      }
      await begin(store, metadata)
      await Promise.all([update(store, one), update(store, other)])
      assert.ok(results.includes(JSON.stringify(await metadataIn(store))))
    }), { numRuns: 50 })
  }
}
