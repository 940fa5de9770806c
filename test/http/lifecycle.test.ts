import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { read } from '../domain/examples.js'
import { errorOf, LIVE_KEY, SANDBOX_KEY, startApp, stored } from '../helper.js'
import { lastEntry } from './requests.js'

// What the operations decide is tested in test/domain. Here is how they are requested and what the responses are.

const NOW = '2026-03-01T12:00:00.000Z'

/** One operation on a session, by default with a sandbox key. */
async function act (app: FastifyInstance, action: string, id: string, payload?: object | string, headers: Record<string, string> = {}) {
  return app.inject({
    method: 'POST',
    url: `/sessions/${id}/${action}`,
    headers: { 'x-api-key': SANDBOX_KEY, ...headers },
    ...(payload !== undefined && { payload: typeof payload === 'string' ? payload : JSON.stringify(payload) }),
    ...(payload !== undefined && { headers: { 'x-api-key': SANDBOX_KEY, 'content-type': 'application/json', ...headers } })
  })
}

async function frozenApp (...parts: Parameters<typeof startApp>): Promise<FastifyInstance> {
  const app = startApp(...parts)
  await setClock(app, { freeze: true, set: NOW })
  return app
}

async function setClock (app: FastifyInstance, payload: object): Promise<void> {
  await app.inject({ method: 'POST', url: '/_mock/clock', payload })
}

const approve = { action: 'approve' }

const successes: [action: string, body: object | undefined, text: RegExp, camel: string, event: string][] = [
  [
    'resume', undefined,
    new RegExp('^{"id":"ses_bare","status":"pending","capture_url":"http://mock\\.test/verify/cap_[0-9a-f]{20}",' +
      '"expires_at":"2026-03-01T12:20:00\\.000Z","qr_code_data_url":"data:image/png;base64,[^"]+"}$'),
    'captureUrl', 'session.updated'
  ],
  ['expire', undefined, /^\{"id":"ses_bare","status":"expired","expired_at":"2026-03-01T12:00:00\.000Z"\}$/, 'expiredAt', 'session.expired'],
  ['simulate', approve, /^\{"id":"ses_bare","action":"approve","status":"completed","simulated":true\}$/, 'simulated', 'session.approved'],
  [
    'submit', undefined,
    /^{"id":"ses_bare","status":"sandbox_pending","is_sandbox":true,"message":"Session submitted\. Simulate an outcome to complete it\."}$/,
    'isSandbox', 'session.updated'
  ]
]

for (const [action, body, text, camel, event] of successes) {
  t.test(`${action} returns 200, and the journal has what changed`, async t => {
    const app = await frozenApp(t)
    const before = await stored(app, 'ses_bare')
    const response = await act(app, action, 'ses_bare', body, { host: 'mock.test' })
    t.equal(response.statusCode, 200)
    t.match(response.body, text)
    t.match(await lastEntry(app), {
      operation: `${action}Session`, session_id: 'ses_bare', status: 200, changes: [{ type: event, session_id: 'ses_bare', before, after: await stored(app, 'ses_bare') }]
    })
  })

  t.test(`${action} is also under /api/v1, in any casing, and is replayed`, async t => {
    const app = await frozenApp(t)
    const headers = { 'x-api-key': SANDBOX_KEY, 'key-inflection': 'camel', 'idempotency-key': 'k' }
    const send = async () => app.inject({ method: 'POST', url: `/api/v1/sessions/ses_bare/${action}`, headers, ...(body && { payload: body }) })
    const first = await send()
    t.ok(camel in first.json<object>(), first.body)
    const after = await stored(app, 'ses_bare')
    const replay = await send()
    t.equal(replay.body, first.body)
    t.equal(replay.headers['idempotent-replayed'], 'true')
    t.equal(await stored(app, 'ses_bare'), after)
    t.match(await lastEntry(app), { replayed: true, changes: [] })
    t.equal(errorOf(t, await act(app, action, 'ses_capturing', body, { 'idempotency-key': 'k' })).error, 'idempotency_mismatch')
  })

  t.test(`what ${action} refuses`, async t => {
    const app = startApp(t, { apiKeys: [SANDBOX_KEY, LIVE_KEY, 'vk_sandbox_reader=sessions:read'] })
    const before = await stored(app, 'ses_completed')
    const status = action === 'submit' ? 422 : 400
    const refusal = errorOf(t, await act(app, action, 'ses_completed', body))
    t.equal(refusal.status_code, status)
    t.match(refusal.detail, /^Session is completed and cannot be \w+\.$/)
    t.match(errorOf(t, await act(app, action, 'ses_redacted', body)), { status_code: status, detail: /^Session is redacted and cannot be/ })
    t.equal(await stored(app, 'ses_completed'), before)
    t.same(errorOf(t, await act(app, action, 'ses_none', body)), { error: 'not_found', detail: 'Session not found.', status_code: 404 })
    t.equal(errorOf(t, await act(app, action, 'ses_live_pending', body)).status_code, 404, 'of the other environment')
    t.equal(errorOf(t, await act(app, action, 'ses_bare', body, { 'x-api-key': 'vk_sandbox_reader' })).detail, 'API key lacks the scope sessions:write.')
    t.equal(errorOf(t, await act(app, action, 'ses_bare', body, { 'x-api-key': 'vk_none' })).status_code, 401)
  })
}

t.test('simulate is for sandbox keys only, whatever the session is', async t => {
  const app = startApp(t)
  for (const id of ['ses_live_pending', 'ses_none', 'ses_pending']) {
    t.same(errorOf(t, await act(app, 'simulate', id, approve, { 'x-api-key': LIVE_KEY })),
      { error: 'forbidden', detail: 'Simulation is only available with sandbox keys.', status_code: 403 })
  }
  for (const [body, headers] of [['{', {}], [{ action: 'reject' }, {}], [approve, { 'verifa-version': 'soon' }]] as const) {
    t.equal(errorOf(t, await act(app, 'simulate', 'ses_pending', body, { 'x-api-key': LIVE_KEY, ...headers })).status_code, 403, 'whatever else is wrong')
  }
})

t.test('wrong bodies of simulate', async t => {
  const app = startApp(t)
  const cases: [body: object | string | undefined, problem: object][] = [
    [undefined, { loc: ['body'], type: 'dict_type' }],
    [{}, { loc: ['body', 'action'], msg: 'is required', type: 'missing' }],
    [{ action: 'reject' }, { loc: ['body', 'action'], msg: 'must be one of: approve, decline, require-review, expire', type: 'enum' }],
    [{ action: null }, { loc: ['body', 'action'] }],
    [{ action: 'approve', outcome: 1 }, { loc: ['body', 'outcome'], type: 'extra_forbidden' }]
  ]
  for (const [body, problem] of cases) {
    const response = await act(app, 'simulate', 'ses_bare', body)
    t.equal(response.statusCode, 422)
    t.match(errorOf(t, response).detail, [problem])
  }
  t.equal(errorOf(t, await act(app, 'simulate', 'ses_bare', '{')).status_code, 400)
  t.match(await stored(app, 'ses_bare'), { status: 'pending' })
})

t.test('simulate writes the result with the session', async t => {
  const app = await frozenApp(t)
  await act(app, 'simulate', 'ses_under_review', { action: 'decline' })
  t.match(await stored(app, 'ses_under_review'), { status: 'completed', case_id: 'case_4711', case_status: 'rejected', updated_at: NOW })
  await act(app, 'simulate', 'ses_pending', { action: 'require-review' })
  t.match(await stored(app, 'ses_pending'), { status: 'under_review', case_id: /^case_[0-9a-f]{20}$/, case_status: 'open', capture_url: null })
  const { store } = app.workspaces.shared.world
  t.match((await read(store, { results: ['ses_under_review', 'ses_pending'] })).results, [
    { result: { status: 'rejected', created_at: NOW } }, { result: { status: 'needs_review', country_used: 'DE' } }
  ])
})

t.test('a live session is resumed and submitted with a live key', async t => {
  const app = await frozenApp(t)
  const live = { 'x-api-key': LIVE_KEY }
  t.equal((await act(app, 'resume', 'ses_live_pending', undefined, live)).statusCode, 200)
  t.match((await act(app, 'submit', 'ses_live_pending', undefined, live)).json(), { status: 'processing', is_sandbox: false })
})

t.test('a resumed session expires after 20 minutes, and its old token does not matter', async t => {
  const app = await frozenApp(t)
  await act(app, 'resume', 'ses_expired')
  await setClock(app, { advance: '10m' })
  const { capture_url: url } = (await act(app, 'resume', 'ses_expired')).json<{ capture_url: string }>()
  await setClock(app, { advance: '19m59s' })
  t.match(await stored(app, 'ses_expired'), { status: 'pending', capture_url: url, token_expires_at: '2026-03-01T12:30:00.000Z' })
  await setClock(app, { advance: '1h' })
  t.match(await stored(app, 'ses_expired'), { status: 'expired', updated_at: '2026-03-01T12:30:00.000Z', capture_url: null, token_expires_at: null })
  t.equal((await act(app, 'resume', 'ses_expired')).statusCode, 200, 'and again')
})

t.test('a session that is closed in time does not expire', async t => {
  const app = await frozenApp(t)
  await app.inject({ method: 'POST', url: '/_mock/sessions', payload: [{ id: 'a' }, { id: 'b' }] })
  await act(app, 'submit', 'a')
  await setClock(app, { advance: '1d' })
  t.match([await stored(app, 'a'), await stored(app, 'b')], [{ status: 'sandbox_pending' }, { status: 'expired' }])
})

t.test('the sample sessions stay as they are', async t => {
  const app = startApp(t)
  await setClock(app, { advance: '1d' })
  t.match([await stored(app, 'ses_pending'), await stored(app, 'ses_capturing')], [{ status: 'pending' }, { status: 'capturing' }])
})
