import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, beforeEach, test } from 'node:test'
import { startVerifaMock } from 'verifa-mock'
import { createReceiver } from './receiver.js'

const secret = 'whsec_0123456789abcdef0123456789abcdef'
let handle
let events
const receiver = createReceiver(() => secret, event => handle(event)).listen(0, '127.0.0.1')
await once(receiver, 'listening')
after(() => receiver.close())

const mock = await startVerifaMock({ webhookUrl: `http://127.0.0.1:${receiver.address().port}/webhooks`, webhookSecret: secret })
after(() => mock.close())
beforeEach(async () => {
  await mock.reset()
  events = []
  handle = event => events.push(event.event)
})

async function createSession () {
  const response = await fetch(`${mock.url}/api/v1/sessions`, { method: 'POST', headers: { 'X-API-Key': 'vk_sandbox_test' } })
  return response.json()
}

test('a webhook that failed is sent again', async () => {
  // #region retry
  await mock.clock.freeze()
  handle = () => {
    throw new Error('The database is away.')
  }
  await mock.simulate('ses_pending', 'approve')
  await mock.webhooks.settled() // the first attempt has failed

  handle = event => events.push(event.event)
  await mock.clock.advance('30s') // resolves when the retry is done
  assert.deepEqual(events, ['session.approved'])
  await mock.webhooks.verify({ event: 'session.approved', status: 'succeeded', count: 1 })
  // #endregion
})

test('an event that is delivered twice is handled once', async () => {
  // #region duplicate
  await mock.faults.add({ match: { event: 'session.approved' }, then: { webhook: 'duplicate' } })
  await mock.simulate('ses_pending', 'approve')
  await mock.webhooks.settled()
  assert.deepEqual(events, ['session.approved'])
  // #endregion
})

test('events may come in another order', async () => {
  // #region order
  await mock.webhooks.hold()
  await mock.simulate('ses_pending', 'require-review')
  await mock.simulate('ses_pending', 'approve')
  await mock.webhooks.settled()

  const [review, approval] = await mock.webhooks.deliveries({ session_id: 'ses_pending' })
  await mock.webhooks.deliver([approval.id, review.id])
  assert.deepEqual(events, ['session.approved', 'session.requires-review'])
  // #endregion
})

test('an event may come before the response', async () => {
  // #region before
  await mock.webhooks.timing('before')
  const seen = []
  handle = event => seen.push(event.event)
  await createSession().then(() => seen.push('response'))
  assert.deepEqual(seen, ['session.created', 'response'])
  // #endregion
})

test('a webhook with a wrong signature is refused', async () => {
  // #region signature
  await mock.faults.add({ then: { webhook: 'wrong_signature' } })
  await mock.simulate('ses_pending', 'approve')
  await mock.webhooks.settled()
  const [delivery] = await mock.webhooks.deliveries()
  assert.equal(delivery.http_status, 400)
  assert.deepEqual(events, [])
  // #endregion
})
