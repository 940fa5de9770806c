import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { connectVerifaMock, startVerifaMock } from 'verifa-mock'
import { updateSession } from '../client.js'

// a mock that runs elsewhere, if VERIFA_URL says where; else one in this process, on a free port
const { VERIFA_URL } = process.env
const mock = VERIFA_URL ? connectVerifaMock(VERIFA_URL) : await startVerifaMock()
after(() => mock.close())
beforeEach(() => mock.reset())

test('an answer is lost, the client tries again, and exactly one change is made', async () => {
  await mock.faults.add({ match: { session_id: 'ses_pending' }, then: { drop: 'after' } })

  const changes = { metadata: { plan: 'gold' } }
  const session = await updateSession(`${mock.url}/api/v1`, 'vk_sandbox_test', 'ses_pending', changes, { idempotencyKey: 'order-7' })
  assert.equal(session.metadata.plan, 'gold')

  // the client has asked twice …
  await mock.verify({ match: { idempotency_key: 'order-7', body: changes }, count: 2 })
  const [lost, retried] = await mock.requests({ idempotency_key: 'order-7' })
  assert.equal(lost.fault, 'drop=after')
  assert.equal(retried.replayed, true)

  // … and one request has changed something: the one whose answer was lost
  const changed = (await mock.requests()).filter(({ change }) => change !== undefined)
  assert.deepEqual(changed, [lost])
  assert.equal((await mock.session('ses_pending')).updated_at, lost.change.after.updated_at)
})

test('when nothing was done before the connection was lost, the second attempt makes the change', async () => {
  await mock.faults.add({ then: { drop: 'before' } })
  await updateSession(`${mock.url}/api/v1`, 'vk_sandbox_test', 'ses_pending', { external_ref: 'order-7' })

  const [lost, retried] = await mock.requests()
  assert.equal(lost.status, null)
  assert.equal(retried.replayed, false)
  assert.equal(retried.change.after.external_ref, 'order-7')
})
