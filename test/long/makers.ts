import type { Test } from 'tap'
import { MAX_WINDOWS } from '../../src/domain/rate-limits.js'
import { connectStore } from '../../src/stores/valkey/connect.js'
import type { Engine } from '../../src/stores/valkey/engine.js'
import { WorldKeys } from '../../src/stores/valkey/layout.js'
import { ValkeyJournal } from '../../src/stores/valkey/valkey-journal.js'
import { ValkeyStore } from '../../src/stores/valkey/valkey-store.js'
import { beginWorld, writeDocuments } from '../../src/stores/valkey/write-world.js'
import type { StoreParts } from '../domain/examples.js'

const wide = { max: 1e9, maxBytes: 1e12 }

/** Makes stores and journals on an engine that is there already. */
export interface Makers {
  engine: Engine
  /** Makes a store in a world of its own. */
  makeStore: (parts?: StoreParts) => Promise<ValkeyStore>
  /** Makes a journal in a world of its own. */
  makeJournal: (bounds: { maxEntries: number, maxBytes: number }) => Promise<ValkeyJournal>
  /** Makes stores of one world, one for each connection to the engine: each is what a process has. */
  makeShared: (...engines: Engine[]) => Promise<ValkeyStore[]>
}

/** Connects to an engine until the test ends. Each world is in a workspace of its own, which a cluster keeps on any of its nodes. */
export async function makersOn (t: Test, url: string): Promise<Makers> {
  const engine = await connectStore(url, { warn: text => t.fail(text) })
  t.teardown(() => engine.close())
  let worlds = 0
  const begin = async () => {
    const keys = new WorldKeys(`test${++worlds}`, 0)
    await beginWorld(engine, keys)
    return keys
  }
  return {
    engine,
    makeStore: async ({ max = 1e9, maxBytes = 1e12, onEviction = () => undefined, puts, ...bases } = {}) => {
      const keys = await begin()
      const bounds = { idempotency: { max, maxBytes, onEviction }, deliveries: wide, rates: { ...wide, max: MAX_WINDOWS } }
      const store = new ValkeyStore({ engine, keys, bounds })
      await writeDocuments(store, bases, puts)
      return store
    },
    makeJournal: async bounds => new ValkeyJournal({ engine, keys: await begin(), ...bounds }),
    makeShared: async (...engines) => {
      const keys = await begin()
      return engines.map(engine => new ValkeyStore({ engine, keys, bounds: { idempotency: wide, deliveries: wide, rates: wide } }))
    }
  }
}
