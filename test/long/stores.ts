import fc from 'fast-check'
import t from 'tap'
import { MAX_WINDOWS } from '../../src/domain/rate-limits.js'
import { connectStore } from '../../src/stores/valkey/connect.js'
import { WorldKeys } from '../../src/stores/valkey/layout.js'
import { ValkeyJournal } from '../../src/stores/valkey/valkey-journal.js'
import { ValkeyStore } from '../../src/stores/valkey/valkey-store.js'
import { beginWorld, writeDocuments } from '../../src/stores/valkey/write-world.js'
import type { StoreParts } from '../domain/examples.js'
import { journalRules } from '../stores/journal-rules.js'
import { rules } from '../stores/rules.js'
import { startCluster } from './cluster.js'
import { startEngine } from './engine.js'

// The rules of stores and journals on Valkey or Redis: on one server, and on a cluster.

/** How often a property is tried that does not say so itself. */
const RUNS = 30

const wide = { max: 1e9, maxBytes: 1e12 }

fc.configureGlobal({ numRuns: RUNS })
for (const [where, start] of Object.entries({ 'one server': startEngine, 'a cluster of three nodes': startCluster })) {
  t.test(where, async t => {
    const { url } = await start(t)
    const engine = await connectStore(url, { warn: text => t.fail(text) })
    t.teardown(() => engine.close())

    let worlds = 0
    /** Begins a world in a workspace of its own, which a cluster keeps on any of its nodes. */
    const begin = async () => {
      const keys = new WorldKeys(`test${++worlds}`, 0)
      await beginWorld(engine, keys)
      return keys
    }
    const makeStore = async ({ max = 1e9, maxBytes = 1e12, onEviction = () => undefined, puts, ...bases }: StoreParts = {}) => {
      const keys = await begin()
      const bounds = { idempotency: { max, maxBytes, onEviction }, deliveries: wide, rates: { ...wide, max: MAX_WINDOWS } }
      const store = new ValkeyStore({ engine, keys, bounds })
      await writeDocuments(store, bases, puts)
      return store
    }
    const makeJournal = async (bounds: { maxEntries: number, maxBytes: number }) =>
      new ValkeyJournal({ engine, keys: await begin(), ...bounds })

    for (const [name, rule] of Object.entries(rules)) await t.test(`a store: ${name}`, async t => rule(t, makeStore))
    for (const [name, rule] of Object.entries(journalRules)) await t.test(`a journal: ${name}`, async t => rule(t, makeJournal))
  })
}
