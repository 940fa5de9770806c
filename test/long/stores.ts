import t from 'tap'
import { connectStore } from '../../src/stores/valkey/connect.js'
import { WorldKeys } from '../../src/stores/valkey/layout.js'
import { ValkeyStore } from '../../src/stores/valkey/valkey-store.js'
import { beginWorld, writeDocuments } from '../../src/stores/valkey/write-world.js'
import { startRedis } from '../stores/redis-server.js'
import { rules } from '../stores/rules.js'
import type { StoreParts } from '../domain/examples.js'

const { url } = await startRedis(t)
const engine = await connectStore(url, { warn: text => t.fail(text) })
t.teardown(() => engine.close())
let generation = 0

async function valkeyStore ({ max = 1e9, maxBytes = 1e12, ...bases }: StoreParts = {}): Promise<ValkeyStore> {
  const keys = new WorldKeys('test', ++generation)
  await beginWorld(engine, keys)
  const bounds = { max: 1e9, maxBytes: 1e12 }
  const store = new ValkeyStore({ engine, keys, bounds: { idempotency: { max, maxBytes }, deliveries: bounds, rates: bounds } })
  await writeDocuments(store, bases)
  return store
}

for (const [name, rule] of Object.entries(rules)) {
  t.test(name, async t => rule(t, valkeyStore))
}
