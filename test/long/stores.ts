import fc from 'fast-check'
import t from 'tap'
import { journalRules } from '../stores/journal-rules.js'
import { rules } from '../stores/rules.js'
import { startCluster } from './cluster.js'
import { startEngine } from './engine.js'
import { makersOn } from './makers.js'

// The rules of stores and journals on Valkey or Redis: on one server, and on a cluster.

/** How often a property is tried that does not say so itself. */
const RUNS = 30

fc.configureGlobal({ numRuns: RUNS })
for (const [where, start] of Object.entries({ 'one server': startEngine, 'a cluster of three nodes': startCluster })) {
  t.test(where, async t => {
    const { makeStore, makeJournal } = await makersOn(t, (await start(t)).url)
    for (const [name, rule] of Object.entries(rules)) await t.test(`a store: ${name}`, async t => rule(t, makeStore))
    for (const [name, rule] of Object.entries(journalRules)) await t.test(`a journal: ${name}`, async t => rule(t, makeJournal))
  })
}
