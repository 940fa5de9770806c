import t from 'tap'
import type { JournalEntry, Session } from '../../src/index.js'
import { errorOf, LIVE_KEY, SANDBOX_KEY, startApp, stored } from '../helper.js'

t.test('a session is returned whole, its fields in the order of the vendor\'s page', async t => {
  const app = startApp(t)
  for (const prefix of ['', '/api/v1']) {
    const response = await app.inject({ url: `${prefix}/sessions/ses_pending`, headers: { 'x-api-key': SANDBOX_KEY } })
    t.equal(response.statusCode, 200)
    t.equal(response.body, [
      '{"id":"ses_pending","status":"pending","is_sandbox":true,"environment":"env_sandbox","created_at":"2026-01-05T09:00:00.000Z"',
      '"updated_at":"2026-01-05T09:00:00.000Z","external_ref":"order-1001","metadata":{"plan":"free","trial":true},"country":"DE"',
      '"checks":["document","face_match"],"workflow_id":"wf_standard","document_type":null,"retention_status":"active","processing_attempts":0',
      '"consent_ip":null,"capture_url":"https://capture.verifa.example/ses_pending","token_expires_at":"2026-01-05T09:20:00.000Z","case_id":null',
      '"case_status":null,"tags":["onboarding"]}'
    ].join(','))
  }
})

t.test('reading changes nothing: an idempotency key is not looked at, and the journal has no changes', async t => {
  const app = startApp(t)
  const before = await stored(app, 'ses_pending')
  for (let times = 0; times < 2; times++) {
    const response = await app.inject({ url: '/sessions/ses_pending', headers: { 'x-api-key': SANDBOX_KEY, 'idempotency-key': 'k' } })
    t.equal(response.statusCode, 200)
    t.notOk('idempotent-replayed' in response.headers)
  }
  t.equal(await stored(app, 'ses_pending'), before)
  const { data } = (await app.inject('/_mock/requests')).json<{ data: JournalEntry[] }>()
  t.match(data, Array(2).fill({ operation: 'getSession', session_id: 'ses_pending', changes: [] }))
})

t.test('a redacted session can be read, in any casing', async t => {
  const app = startApp(t, { fixtures: { id: 'ses_gone', retention_status: 'redacted' } })
  const response = await app.inject({ url: '/sessions/ses_gone', headers: { 'x-api-key': SANDBOX_KEY, 'key-inflection': 'camel' } })
  t.equal(response.statusCode, 200)
  t.match(response.json(), { id: 'ses_gone', retentionStatus: 'redacted' })
})

t.test('unknown sessions and those of the other environment are a 404', async t => {
  const app = startApp(t, { fixtures: [{ id: 'ses_sandbox' }, { id: 'ses_live', is_sandbox: false }] })
  const cases: [id: string, key: string, found: boolean][] = [
    ['ses_sandbox', SANDBOX_KEY, true], ['ses_live', LIVE_KEY, true],
    ['ses_sandbox', LIVE_KEY, false], ['ses_live', SANDBOX_KEY, false], ['ses_none', SANDBOX_KEY, false]
  ]
  for (const [id, key, found] of cases) {
    const response = await app.inject({ url: `/sessions/${id}`, headers: { 'x-api-key': key } })
    if (found) t.equal(response.json<Session>().id, id)
    else t.same(errorOf(t, response), { error: 'not_found', detail: 'Session not found.', status_code: 404 }, `${id} ${key}`)
  }
})

t.test('a key needs the scope sessions:read', async t => {
  const app = startApp(t, { apiKeys: ['vk_sandbox_r=sessions:read', 'vk_sandbox_w=sessions:write', 'vk_pub_sandbox_p'] })
  const send = async (key: string) => app.inject({ url: '/sessions/ses_pending', headers: { 'x-api-key': key } })
  t.equal((await send('vk_sandbox_r')).statusCode, 200)
  t.equal(errorOf(t, await send('vk_sandbox_w')).detail, 'API key lacks the scope sessions:read.')
  t.match(errorOf(t, await send('vk_pub_sandbox_p')), { error: 'forbidden', status_code: 403 })
})
