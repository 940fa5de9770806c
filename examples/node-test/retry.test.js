import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { connectVerifaMock, startVerifaMock } from 'verifa-mock'
import { updateSession } from '../client.js'

// VERIFA_URL names a mock that runs elsewhere. Without it, start one in this process, on a free port.
const { VERIFA_URL } = process.env
const mock = VERIFA_URL ? connectVerifaMock(VERIFA_URL) : await startVerifaMock()
after(() => mock.close())
beforeEach(() => mock.reset())

test('a response is lost, the client retries, and exactly one change is made', async () => {
  await mock.faults.add({ match: { session_id: 'ses_pending' }, then: { drop: 'after' } })

  const update = { metadata: { plan: 'gold' } }
  const session = await updateSession(`${mock.url}/api/v1`, 'vk_sandbox_test', 'ses_pending', update, { idempotencyKey: 'order-7' })
  assert.equal(session.metadata.plan, 'gold')

  // The client sent two requests …
  await mock.verify({ match: { idempotency_key: 'order-7', body: update }, count: 2 })
  const [lost, retried] = await mock.requests({ idempotency_key: 'order-7' })
  assert.equal(lost.fault, 'drop=after')
  assert.equal(retried.replayed, true)

  // … and only the one whose response was lost changed something.
  assert.equal(lost.changes.length, 1)
  assert.deepEqual(retried.changes, [])
  assert.deepEqual(await mock.session('ses_pending'), lost.changes[0].after)
})

test('the connection is lost before anything is done, and the retry makes the change', async () => {
  await mock.faults.add({ then: { drop: 'before' } })
  await updateSession(`${mock.url}/api/v1`, 'vk_sandbox_test', 'ses_pending', { external_ref: 'order-7' })

  const [lost, retried] = await mock.requests()
  assert.equal(lost.status, null)
  assert.equal(retried.replayed, false)
  assert.equal(retried.changes[0].after.external_ref, 'order-7')
})
