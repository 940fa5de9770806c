import t from 'tap'
import { applyRules } from '../domain/apply-rules.js'
import { mergeRules } from '../domain/merge-laws.js'
import { startCluster } from './cluster.js'
import { startEngine } from './engine.js'
import { makersOn } from './makers.js'

// What updates and idempotency keys do, with the state on an engine.

for (const [where, start] of Object.entries({ 'one server': startEngine, 'a cluster of three nodes': startCluster })) {
  t.test(where, async t => {
    const { makeStore } = await makersOn(t, (await start(t)).url)
    for (const [name, rule] of Object.entries({ ...applyRules, ...mergeRules })) await t.test(name, async t => rule(t, makeStore))
  })
}
