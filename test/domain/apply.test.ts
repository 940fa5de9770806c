import t from 'tap'
import { apply } from '../../src/domain/apply.js'
import { bytesOf } from '../../src/domain/idempotency/record.js'
import { applyRules } from './apply-rules.js'
import { claim, memoryStore } from './examples.js'

for (const [name, rule] of Object.entries(applyRules)) {
  t.test(name, async t => rule(t, async parts => memoryStore(parts)))
}

t.test('a replay in memory has the very result of the first request', async t => {
  const store = memoryStore()
  const body = { a: 1 }
  const step = { claim: claim(), reads: {}, decide: () => ({ events: [], response: { status: 200, body } }) }
  for (const replayed of [false, true]) t.match(await apply(store, step), { replayed, result: { body } })
  t.equal((await apply(store, step)).result.body, body)
})

t.test('a record holds about as many bytes as its parameters and its result', async t => {
  const small = bytesOf(claim(), { status: 200, body: null })
  const text = 'x'.repeat(10_000)
  t.ok(bytesOf(claim({ params: { session_id: text } }), { status: 200, body: null }) > small + 9_000)
  t.ok(bytesOf(claim({ query: { q: text } }), { status: 200, body: null }) > small + 9_000)
  const large = { list: ['x'.repeat(10_000)] }
  t.ok(bytesOf(claim({ body: large }), { status: 200, body: null }) > small + 10_000)
  t.ok(bytesOf(claim(), { status: 200, body: large }) > small + 10_000)
  t.ok(bytesOf(claim({ key: 'k'.repeat(255) }), { status: 200, body: null }) > small + 200)
})
