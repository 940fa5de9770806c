import t from 'tap'
import { timestamp } from '../../src/contract/time.js'
import { NOW } from '../domain/examples.js'
import { delivery } from '../domain/notify-examples.js'
import { errorOf, LIVE_KEY, SANDBOX_KEY, startApp, stored } from '../helper.js'
import { keyOf, lastEntry, send, startWithScopes } from './requests.js'

t.test('an export has the session, its result and its case, in the order of the vendor\'s page', async t => {
  const app = startApp(t, {
    fixtures: [{ id: 'ses_a', status: 'under_review', case_id: 'case_1', case_status: 'open', metadata: { a_b: 1 }, result: { status: 'needs_review' } }]
  })
  const result = (await send(app, 'GET /sessions/ses_a/result')).json<object>()
  for (const prefix of ['', '/api/v1']) {
    const response = await send(app, `GET ${prefix}/sessions/ses_a/export`)
    t.equal(response.statusCode, 200)
    t.equal(response.body, JSON.stringify({
      session: await stored(app, 'ses_a'),
      result,
      documents: [],
      screening: null,
      review_case: { id: 'case_1', status: 'open' },
      case_notes: [],
      fraud_signals: [],
      webhook_deliveries: []
    }))
  }
  t.match(await lastEntry(app), { operation: 'exportSession', session_id: 'ses_a', status: 200, changes: [] })
  t.match((await send(app, 'GET /sessions/ses_a/export', undefined, { 'key-inflection': 'camel' })).json(),
    { session: { metadata: { a_b: 1 }, isSandbox: true }, result: { sessionId: 'ses_a' }, reviewCase: { id: 'case_1' }, webhookDeliveries: [] })
})

t.test('a session that has neither a result nor a case', async t => {
  const app = startApp(t)
  t.match((await send(app, 'GET /sessions/ses_pending/export')).json(), { session: { id: 'ses_pending' }, result: null, review_case: null })
  t.match((await send(app, 'GET /sessions/ses_redacted/export')).json(), { session: { retention_status: 'redacted', metadata: {} } })
})

t.test('what an export refuses', async t => {
  const app = startApp(t)
  for (const [id, key] of [['ses_none', SANDBOX_KEY], ['ses_live_pending', SANDBOX_KEY], ['ses_pending', LIVE_KEY]] as const) {
    t.same(errorOf(t, await send(app, `GET /sessions/${id}/export`, undefined, { 'x-api-key': key })),
      { error: 'not_found', detail: 'Session not found.', status_code: 404 })
  }
  const scoped = startWithScopes(t, ['sessions:read', 'verifications:read'])
  const status = async (scope: string) =>
    (await send(scoped, 'GET /sessions/ses_pending/export', undefined, { 'x-api-key': keyOf(scope) })).statusCode
  t.same([await status('sessions:read'), await status('verifications:read')], [200, 403])
})

t.test('an export has the webhook deliveries of the session, the newest first', async t => {
  const app = startApp(t)
  const { store } = app.workspaces.shared.world
  const attempt = { at: timestamp(NOW), http_status: 200, error: null, fault: null }
  const delivered = delivery({ id: 'whd_1', session_id: 'ses_pending', event: 'session.created', status: 'succeeded', attempts: [attempt] })
  await store.transact({}, () => ({
    puts: {
      deliveries: [delivered, delivery({ id: 'whd_2', session_id: 'ses_completed' }), delivery({ id: 'whd_3', session_id: 'ses_pending', status: 'failed' })]
    }
  }))
  const { webhook_deliveries: exported } = (await send(app, 'GET /sessions/ses_pending/export')).json<{ webhook_deliveries: object[] }>()
  t.equal(JSON.stringify(exported), JSON.stringify([
    { event: 'session.approved', url: delivered.url, status: 'failed', attempts: 0 },
    { event: 'session.created', url: delivered.url, status: 'succeeded', attempts: 1 }
  ]))
})
