import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startVerifaMock } from 'verifa-mock'
import { updateSession } from '../client.js' // your application's client

test('the client retries when a response is lost', async t => {
  const mock = await startVerifaMock() // in this process, on a free port
  t.after(() => mock.close())
  await mock.seed({ id: 'ses_mine', metadata: { plan: 'free' } })
  await mock.faults.add({ then: { drop: 'after' } }) // make the next update, but lose its response

  await updateSession(mock.url, 'vk_sandbox_test', 'ses_mine', { metadata: { plan: 'gold' } })

  await mock.verify({ match: { session_id: 'ses_mine' }, count: 2 }) // the client sent two requests
  assert.equal((await mock.session('ses_mine')).metadata.plan, 'gold')
})
