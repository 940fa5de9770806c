import t from 'tap'
import { errorOf, LIVE_KEY, startApp, stored } from '../helper.js'
import { keyOf, lastEntry, send, startWithScopes } from './requests.js'

const one = (id: string) => `DELETE /sessions/${id}/data`
const bulk = 'POST /sessions/bulk-redact'

t.test('a session is redacted once', async t => {
  for (const prefix of ['', '/api/v1']) {
    const app = startApp(t)
    const what = one('ses_completed').replace('/sessions', `${prefix}/sessions`)
    const first = await send(app, what)
    t.equal(first.statusCode, 200)
    t.equal(first.body, '{"status":"deleted","session_id":"ses_completed","documents_removed":3,"message":"Session data permanently redacted."}')
    t.match(await lastEntry(app), {
      operation: 'redactSession', session_id: 'ses_completed', changes: [{ type: 'session.redacted', before: { external_ref: 'order-1004' }, after: { external_ref: null } }]
    })
    const after = await stored(app, 'ses_completed')
    t.match(after, { status: 'completed', external_ref: null, metadata: {}, consent_ip: null, retention_status: 'redacted', tags: ['onboarding', 'vip'] })
    t.same(Object.keys(after.metadata), [])
    const result = (await send(app, 'GET /sessions/ses_completed/result')).json<{ extracted_data: object }>()
    t.match(result, { status: 'approved', face_match_score: 0.95, sensitive_data_expired: true })
    t.same(result.extracted_data, {})

    const again = await send(app, what)
    t.equal(again.statusCode, 200)
    t.equal(again.body, '{"status":"already_redacted","session_id":"ses_completed","documents_removed":0,"message":"Session data was already redacted."}')
    t.same((await lastEntry(app)).changes, [])
    t.equal(await stored(app, 'ses_completed'), after)
  }
})

t.test('an open session expires, and cannot be changed any more', async t => {
  const app = startApp(t)
  t.match((await send(app, one('ses_pending'))).json(), { status: 'deleted', documents_removed: 0 })
  t.match(await stored(app, 'ses_pending'), { status: 'expired', capture_url: null, token_expires_at: null })
  t.same((await lastEntry(app)).changes.map(({ type }) => type), ['session.redacted'])
  t.equal(errorOf(t, await send(app, 'PATCH /sessions/ses_pending', {})).detail, 'Session has been redacted and cannot be updated.')
})

t.test('several sessions are redacted at once', async t => {
  const app = startApp(t)
  const ids = ['ses_completed', 'ses_redacted', 'ses_none', 'ses_completed', 'ses_live_completed', 'ses_pending']
  const response = await send(app, bulk, { session_ids: ids })
  t.equal(response.statusCode, 200)
  t.equal(response.body, '{"total":5,"results":[' + [
    '{"session_id":"ses_completed","status":"deleted","documents_removed":3}',
    '{"session_id":"ses_redacted","status":"already_redacted","documents_removed":0}',
    '{"session_id":"ses_none","status":"not_found","documents_removed":0}',
    '{"session_id":"ses_live_completed","status":"not_found","documents_removed":0}',
    '{"session_id":"ses_pending","status":"deleted","documents_removed":0}'
  ].join(',') + ']}')
  const { operation, changes } = await lastEntry(app)
  t.equal(operation, 'bulkRedactSessions')
  t.same(changes.map(({ type, session_id: id }) => [type, id]), [['session.redacted', 'ses_completed'], ['session.redacted', 'ses_pending']])
  t.equal((await stored(app, 'ses_live_completed')).retention_status, 'active')
  t.match((await send(app, bulk.replace('/sessions', '/api/v1/sessions'), { sessionIds: ids }, { 'key-inflection': 'camel' })).json(),
    { total: 5, results: [{ sessionId: 'ses_completed', status: 'already_redacted', documentsRemoved: 0 }] })
})

t.test('the same idempotency key is replayed', async t => {
  const app = startApp(t)
  for (const [what, body] of [[one('ses_completed'), undefined], [bulk, { session_ids: ['ses_pending'] }]] as const) {
    const [first, replay] = [await send(app, what, body, { 'idempotency-key': what }), await send(app, what, body, { 'idempotency-key': what })]
    t.match(first.body, /"deleted"/)
    t.equal(replay.body, first.body)
    t.equal(replay.headers['idempotent-replayed'], 'true')
  }
  t.equal(errorOf(t, await send(app, bulk, { session_ids: ['ses_bare'] }, { 'idempotency-key': bulk })).error, 'idempotency_mismatch')
})

t.test('a session that is not there is a 404', async t => {
  const app = startApp(t)
  for (const [id, headers] of [['ses_none', {}], ['ses_live_completed', {}], ['ses_completed', { 'x-api-key': LIVE_KEY }]] as const) {
    t.same(errorOf(t, await send(app, one(id), undefined, headers)), { error: 'not_found', detail: 'Session not found.', status_code: 404 })
  }
  t.equal((await stored(app, 'ses_completed')).retention_status, 'active')
})

t.test('wrong bodies are a 422 that names the field', async t => {
  const app = startApp(t)
  const ids = (count: number) => Array.from({ length: count }, (_, index) => `ses_${index}`)
  const wrong: [body: object, problem: object][] = [
    [{}, { loc: ['body', 'session_ids'], type: 'missing' }],
    [{ session_ids: [] }, { loc: ['body', 'session_ids'], msg: 'must have at least 1 item', type: 'too_short' }],
    [{ session_ids: ids(101) }, { loc: ['body', 'session_ids'], msg: 'must have at most 100 items', type: 'too_long' }],
    [{ session_ids: 'ses_a' }, { loc: ['body', 'session_ids'], type: 'list_type' }],
    [{ session_ids: ['ses_a', 1] }, { loc: ['body', 'session_ids', 1], type: 'string_type' }],
    [{ session_ids: ['ses_a'], ids: [] }, { loc: ['body', 'ids'], type: 'extra_forbidden' }]
  ]
  for (const [body, problem] of wrong) t.match(errorOf(t, await send(app, bulk, body)).detail, [problem], JSON.stringify(body).slice(0, 40))
  t.match((await send(app, bulk, { session_ids: ids(100) })).json(), { total: 100 })
})

t.test('either of two scopes is enough', async t => {
  const app = startWithScopes(t, ['redact:write', 'sessions:write', 'sessions:read'])
  for (const [what, body] of [[one('ses_completed'), undefined], [bulk, { session_ids: ['ses_pending'] }]] as const) {
    for (const scope of ['redact:write', 'sessions:write']) t.equal((await send(app, what, body, { 'x-api-key': keyOf(scope) })).statusCode, 200)
    t.equal((await send(app, what, body, { 'x-api-key': keyOf('sessions:read') })).statusCode, 403)
  }
})
