import t from 'tap'
import { IDEMPOTENCY_WINDOW } from '../../src/domain/idempotency/record.js'
import { baseOf, clockAt, memoryStore, NOW, read, record, session } from '../domain/examples.js'
import { rules } from './rules.js'

for (const [name, rule] of Object.entries(rules)) {
  t.test(name, async t => rule(t, async parts => memoryStore(parts)))
}

t.test('the initial documents of a store are bounded too, and expire by its initial clock', async t => {
  const idempotency = ['a', 'b', 'c'].map(key => record(key))
  const begin = async (now: number) => {
    const store = memoryStore({ max: 2, puts: { idempotency, settings: [clockAt(now)] } })
    return [(await store.list('idempotency')).map(({ key }) => key), await store.evicted('idempotency')]
  }
  t.same(await begin(NOW), [['b', 'c'], 1])
  t.same(await begin(NOW + IDEMPOTENCY_WINDOW), [['b', 'c'], 0])
  t.equal(await memoryStore({ max: 2, puts: { idempotency } }).evicted('idempotency'), 0, 'without one, by that of the machine')
})

t.test('a document is held by reference, also one that the base completes each time that it is read', async t => {
  const put = session({ id: 'mine' })
  const store = memoryStore({ sessions: baseOf('a') })
  await store.transact({}, () => ({ puts: { sessions: [put] } }))
  const [first, again] = [await read(store, { sessions: ['a', 'mine'] }), await read(store, { sessions: ['a', 'mine'] })]
  t.equal(first.sessions[0], again.sessions[0])
  t.equal(first.sessions[1], put)
  t.equal((await store.list('sessions'))[0], first.sessions[0])
})

t.test('a step is taken in the turn of the event loop in which it is asked for', async t => {
  const store = memoryStore()
  const step = store.transact({}, () => ({ puts: { sessions: [session()] } }))
  const count = store.count('sessions')
  t.equal(await count, 1)
  await step
})
