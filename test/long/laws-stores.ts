import t from 'tap'
import { connectStore } from '../../src/stores/valkey/connect.js'
import { WorldKeys } from '../../src/stores/valkey/layout.js'
import { ValkeyStore } from '../../src/stores/valkey/valkey-store.js'
import { beginWorld, writeDocuments } from '../../src/stores/valkey/write-world.js'
import { applyRules } from '../domain/apply-rules.js'
import { mergeRules } from '../domain/merge-laws.js'
import type { MakeStore } from '../stores/store-rule.js'
import { startCluster } from './cluster.js'
import { startEngine } from './engine.js'

// What updates and idempotency keys do, with the state on an engine.

for (const [name, start] of [['a server', startEngine], ['a cluster', startCluster]] as const) {
  t.test(name, async t => {
    const { url } = await start(t)
    const engine = await connectStore(url, { warn: text => t.fail(text) })
    t.teardown(() => engine.close())
    let generation = 0
    const make: MakeStore = async ({ max = 1e9, maxBytes = 1e12, puts, ...bases } = {}) => {
      const keys = new WorldKeys('test', ++generation)
      await beginWorld(engine, keys)
      const wide = { max: 1e9, maxBytes: 1e12 }
      const store = new ValkeyStore({ engine, keys, bounds: { idempotency: { max, maxBytes }, deliveries: wide, rates: wide } })
      await writeDocuments(store, bases, puts)
      return store
    }
    for (const [name, rule] of Object.entries({ ...applyRules, ...mergeRules })) {
      await t.test(name, async t => rule(t, make))
    }
  })
}
