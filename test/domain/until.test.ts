import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { StoreAwayError } from '../../src/domain/store-away.js'
import { until } from '../../src/domain/until.js'
import { baseOf, memoryStore, session } from './examples.js'
import { storeWith } from './store-with.js'

const reads = { sessions: ['ses_a'] }
const never = new AbortController().signal

/** A store with the session `ses_a`, and how often it was read. */
function start () {
  const memory = memoryStore({ sessions: baseOf('ses_a') })
  const counts = { steps: 0 }
  const store = storeWith(memory, {
    transact: async (reads, decide) => {
      counts.steps++
      return memory.transact(reads, decide)
    }
  })
  const rename = async (ref: string) => memory.transact({}, () => ({ puts: { sessions: [session({ external_ref: ref })] } }))
  return { memory, store, counts, rename }
}

t.test('documents that meet the condition are returned immediately', async t => {
  const { store, counts } = start()
  t.same(await until(store, reads, () => true, never), { sessions: [session()] })
  t.equal(counts.steps, 1)
})

t.test('documents are read again after each change, and not before', async t => {
  const { store, counts, rename } = start()
  let found: unknown
  const waiting = until(store, reads, ({ sessions: [one] }) => one?.external_ref === 'b', never).then(result => {
    found = result
  })
  for (let turns = 0; turns < 5; turns++) await turn()
  t.equal(counts.steps, 1, 'nothing has changed')
  await rename('a')
  await turn()
  t.same([counts.steps, found], [2, undefined])
  await rename('b')
  await waiting
  t.match([counts.steps, found], [3, { sessions: [{ external_ref: 'b' }] }])
})

t.test('a change while the documents are read is not missed', async t => {
  const { memory, store, rename } = start()
  let reading = 0
  const slow = storeWith(store, {
    transact: async (reads, decide) => {
      const result = await memory.transact(reads, decide)
      if (++reading === 1) await rename('new')
      return result
    }
  })
  t.match(await until(slow, reads, ({ sessions: [one] }) => one?.external_ref === 'new', never), { sessions: [{ external_ref: 'new' }] })
})

t.test('an aborted wait ends with the next change, or with the end of the store', async t => {
  for (const end of ['rename', 'close'] as const) {
    const { memory, store, rename } = start()
    const controller = new AbortController()
    const waiting = until(store, reads, () => false, controller.signal)
    await turn()
    controller.abort()
    if (end === 'close') memory.close()
    else await rename('x')
    t.match(await waiting, { sessions: [{ id: 'ses_a' }] })
    t.match(await until(store, reads, () => false, controller.signal), { sessions: [{ id: 'ses_a' }] }, 'nor later')
  }
})

t.test('a store that is away ends the wait', async t => {
  const { store, rename } = start()
  let away = false
  const leaving = storeWith(store, {
    transact: async (reads, decide) => {
      if (away) throw new StoreAwayError('cut')
      return store.transact(reads, decide)
    }
  })
  const waiting = until(leaving, reads, () => false, never)
  const rejected = t.rejects(waiting, { statusCode: 503, code: 'internal_error', reason: 'cut', headers: { 'retry-after': '1' } })
  await turn()
  away = true
  await rename('x')
  await rejected
})
