import t from 'tap'
import { StoreAwayError } from '../../src/domain/store-away.js'
import { SharedStore, StoreError, storeErrorOf } from '../../src/stores/shared-store.js'
import { MemoryEngine } from './away.js'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const bounds = { max: 10, maxBytes: 1_000 }

/** A shared store on an engine of this process. */
function sharedStore (): SharedStore {
  const { url } = new MemoryEngine()
  const limits = { maxWorkspaces: 1, maxJournalEntries: 10, maxJournalBytes: 1_000 }
  return new SharedStore({ url, log, idempotency: bounds, deliveries: bounds, ...limits })
}

t.test('the error of a store that cannot be used names the store and the reason, once, and no password', async t => {
  const error = storeErrorOf('redis://me:hunter2@localhost:6379/0', new Error('The connection was closed.'))
  t.match(error, { name: 'StoreError', message: 'The store redis://me@localhost:6379/0 cannot be used: The connection was closed.' })
  t.match(storeErrorOf('redis://localhost', new StoreAwayError('it is loading')), { message: 'The store redis://localhost cannot be used: it is loading.' })
  const own = new StoreError('The store is too old.')
  t.equal(storeErrorOf('redis://localhost', own), own)
})

t.test('a failed first step is a StoreError only if the store is away', async t => {
  const store = sharedStore()
  await t.rejects(store.open(async () => Promise.reject(new StoreAwayError('it is loading'))), { name: 'StoreError', message: /it is loading\.$/ })
  const error = new Error('a wrong fixture')
  await t.rejects(store.open(async () => Promise.reject(error)), error)
})

t.test('a store cannot be read before it is opened', async t => {
  const store = sharedStore()
  await t.rejects(async () => store.workspaces.list(), StoreAwayError)
  store.close()
})
