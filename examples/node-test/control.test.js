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

test('sessions in any state', async () => {
  // #region sessions
  const session = await mock.seed({ id: 'ses_mine', status: 'under_review', metadata: { plan: 'gold' } })
  assert.equal(session.retention_status, 'active') // what is left out gets a default

  await updateSession(baseUrl, apiKey, 'ses_mine', { metadata: { plan: null } })
  assert.deepEqual((await mock.session('ses_mine')).metadata, {})
  // #endregion
})

test('faults', async () => {
  // #region faults
  // lets one update pass, then refuses two
  await mock.faults.add({ match: { operation: 'updateSession' }, then: { status: 429 }, skip: 1, times: 2 })

  const update = () => updateSession(baseUrl, apiKey, 'ses_pending', { external_ref: 'order-7' })
  await update()
  await assert.rejects(update(), { status: 429 })
  await assert.rejects(update(), { status: 429 })
  await update()
  assert.deepEqual(await mock.faults.list(), []) // used up
  // #endregion
})

test('a fault for one request', async () => {
  // #region header
  const response = await fetch(`${baseUrl}/sessions/ses_pending`, {
    method: 'PATCH',
    headers: { 'X-API-Key': apiKey, 'Content-Type': 'application/json', 'X-Mock-Fault': 'status=503' },
    body: '{}'
  })
  assert.equal(response.status, 503)
  // #endregion
})

test('the journal', async () => {
  // #region journal
  await updateSession(baseUrl, apiKey, 'ses_pending', { metadata: { plan: 'gold', seats: 5 } })

  // what is named must be so; what is not named may be anything
  await mock.verify({ match: { session_id: 'ses_pending', body: { metadata: { plan: 'gold' } } }, count: 1 })

  // when it is not so, the error says what came closest
  await assert.rejects(mock.verify({ match: { session_id: 'ses_pending', status: 422 } }), {
    message: 'Expected at least 1 matching requests, but there were 0. The closest: request 1 has the status 200, not 422.'
  })

  // what exactly was changed
  const [{ change }] = await mock.requests({ session_id: 'ses_pending' })
  assert.equal(change.before.metadata.plan, 'free')
  assert.equal(change.after.metadata.plan, 'gold')
  // #endregion
})

test('the state', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'verifa-mock-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'state.json')

  // #region state
  await updateSession(baseUrl, apiKey, 'ses_pending', { external_ref: 'order-7' })
  const state = await mock.state()

  await mock.reset()
  await mock.restore(state) // sessions, idempotency keys and clock are as they were
  assert.equal((await mock.session('ses_pending')).external_ref, 'order-7')

  await writeFile(file, JSON.stringify(state))
  const another = await startVerifaMock({ fixtures: file }) // starts with the sessions of the saved state
  assert.equal((await another.session('ses_pending')).external_ref, 'order-7')
  await another.close()
  // #endregion
})

test('the token', async () => {
  // #region token
  const guarded = await startVerifaMock({ controlToken: 'hunter2' })
  await connectVerifaMock(guarded.url, { token: 'hunter2' }).reset()
  await assert.rejects(connectVerifaMock(guarded.url).reset(), { statusCode: 401 })
  await guarded.close()
  // #endregion
})
