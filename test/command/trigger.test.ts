import t from 'tap'
import { connectOptions, trigger } from '../../src/command/trigger.js'
import { startVerifaMock } from '../../src/index.js'
import { endpoint } from '../domain/webhook-examples.js'

t.test('the command trigger says what came of each delivery', async t => {
  const mock = await startVerifaMock()
  t.teardown(() => mock.close())
  await mock.clock.freeze('2026-03-01T12:00:00Z')
  const put = async (url: string) =>
    mock.app.workspaces.shared.world.store.transact({}, () => ({ puts: { endpoints: [endpoint({ url })] } }))
  t.same(await trigger(mock, 'x', { environment: 'live' }), { exitCode: 1, message: 'No webhook endpoint wants x.' })
  t.same(await trigger(mock, 'x', { sessionId: 'ses_none' }), { exitCode: 1, message: 'Session not found.' })

  // the mock itself: a receiver that knows no such path
  await put(`${mock.url}/hook`)
  const refused = await trigger(mock, 'session.approved', { sessionId: 'ses_pending' })
  t.equal(refused.exitCode, 0)
  t.match(refused.message, /^whd_\w+ session\.approved to http:\S+\/hook: pending, The receiver responded with 40\d\./)
  t.match(refused.message, /; next attempt at 2026-03-01T12:00:30\.000Z$/)

  await put(`${mock.url}/_mock/reset`)
  await mock.faults.add({ then: { webhook: 'lose' } })
  t.match((await trigger(mock, 'x', {})).message, /^whd_\w+ x to \S+: succeeded, HTTP 200$/)

  await mock.webhooks.hold()
  t.match((await trigger(mock, 'x', {})).message, /^whd_\w+ x to \S+: held$/)
})

t.test('it calls the mock with the first key, without its scopes, and the token', async t => {
  t.same(connectOptions({ apiKeys: ['vk_live_a=sessions:read', 'vk_live_b'], controlToken: 'x' }), { apiKey: 'vk_live_a', token: 'x' })
  t.same(connectOptions({ apiKeys: [] }), {})
})
