import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { connectVerifaMock, startVerifaMock } from 'verifa-mock'
import { updateSession } from '../client.js'

const mock = await startVerifaMock()
after(() => mock.close())
beforeEach(() => mock.reset())

const apiKey = 'vk_sandbox_test'
const baseUrl = `${mock.url}/api/v1`

test('add sessions', async () => {
  // #region sessions
  const session = await mock.seed({ id: 'ses_mine', status: 'under_review', metadata: { plan: 'gold' } })
  assert.equal(session.retention_status, 'active') // a field that you leave out gets a default

  await updateSession(baseUrl, apiKey, 'ses_mine', { metadata: { plan: null } })
  assert.deepEqual((await mock.session('ses_mine')).metadata, {})
  // #endregion
})

test('set an outcome', async () => {
  // #region outcomes
  // the session is declined, with a reason of your choice
  await mock.simulate('ses_pending', 'decline', { result: { rejection_reason: 'The document has expired.' } })

  const response = await fetch(`${baseUrl}/sessions/ses_pending/result`, { headers: { 'X-API-Key': apiKey } })
  assert.equal((await response.json()).rejection_reason, 'The document has expired.')

  // give any session any status
  const session = await mock.setStatus('ses_expired', 'processing')
  assert.equal(session.status, 'processing')
  // #endregion
})

test('add a fault', async () => {
  // #region faults
  // let one update pass, then refuse two
  await mock.faults.add({ match: { operation: 'updateSession' }, then: { status: 429 }, skip: 1, times: 2 })

  const update = () => updateSession(baseUrl, apiKey, 'ses_pending', { external_ref: 'order-7' })
  await update()
  await assert.rejects(update(), { status: 429 })
  await assert.rejects(update(), { status: 429 })
  await update()
  assert.deepEqual(await mock.faults.list(), []) // used up
  // #endregion
})

test('send a fault with one request', async () => {
  // #region header
  const response = await fetch(`${baseUrl}/sessions/ses_pending`, {
    method: 'PATCH',
    headers: { 'X-API-Key': apiKey, 'Content-Type': 'application/json', 'X-Mock-Fault': 'status=503' },
    body: '{}'
  })
  assert.equal(response.status, 503)
  // #endregion
})

test('check requests and changes', async () => {
  // #region journal
  await updateSession(baseUrl, apiKey, 'ses_pending', { metadata: { plan: 'gold', seats: 5 } })

  // name what must match; everything else may be anything
  await mock.verify({ match: { session_id: 'ses_pending', body: { metadata: { plan: 'gold' } } }, count: 1 })

  // if the expectation is not met, the error lists the nearest requests
  await assert.rejects(mock.verify({ match: { session_id: 'ses_pending', status: 422 } }), { name: 'UnmetExpectation', matched: 0 })

  // see what a request changed
  const [{ changes: [change] }] = await mock.requests({ session_id: 'ses_pending' })
  assert.equal(change.type, 'session.updated')
  assert.equal(change.before.metadata.plan, 'free')
  assert.equal(change.after.metadata.plan, 'gold')
  // #endregion
})

test('save and restore the state', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'verifa-mock-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'state.json')

  // #region state
  await updateSession(baseUrl, apiKey, 'ses_pending', { external_ref: 'order-7' }, { idempotencyKey: 'order-7' })
  const state = await mock.state()

  await mock.reset()
  await mock.restore(state) // sessions, idempotency keys, and clock are back
  assert.equal((await mock.session('ses_pending')).external_ref, 'order-7')

  // a saved state is also a fixture file
  await writeFile(file, JSON.stringify(state))
  const another = await startVerifaMock({ fixtures: file })
  t.after(() => another.close())
  assert.equal((await another.idempotencyKeys())[0].key, 'order-7')
  // #endregion
})

test('ask for a token', async t => {
  // #region token
  const guarded = await startVerifaMock({ controlToken: 'hunter2' })
  t.after(() => guarded.close())
  await connectVerifaMock(guarded.url, { token: 'hunter2' }).reset()
  await assert.rejects(connectVerifaMock(guarded.url).reset(), { statusCode: 401 })
  // #endregion
})
