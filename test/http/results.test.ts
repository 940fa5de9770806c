import t from 'tap'
import { completeResult } from '../../src/domain/fixtures/result-fixture.js'
import type { Fixture, Session, State } from '../../src/index.js'
import { errorOf, LIVE_KEY, SANDBOX_KEY, startApp, stored } from '../helper.js'
import { keyOf, lastEntry, send, startWithScopes } from './requests.js'

const at = (minute: number) => `2026-01-01T12:0${minute}:00.000Z`
const fixture: Fixture = {
  id: 'ses_a', status: 'completed', created_at: at(1), external_ref: 'order-7', country: 'DE', checks: ['document'], result: {}
}

t.test('the result of a session, its fields in the order of the vendor\'s page', async t => {
  const app = startApp(t, { fixtures: [{ ...fixture, result: { extracted_data: { full_name: 'Jane Doe', null: null } } }] })
  for (const prefix of ['', '/api/v1']) {
    const response = await send(app, `GET ${prefix}/sessions/ses_a/result`)
    t.equal(response.statusCode, 200)
    t.equal(response.body, [
      '{"session_id":"ses_a","status":"approved","is_sandbox":true,"created_at":"2026-01-01T12:01:00.000Z","face_match_passed":true',
      '"face_match_score":0.95,"age_check_passed":true,"extracted_age":28,"extracted_data":{"full_name":"Jane Doe","null":null}',
      '"rejection_reason":null,"processing_mode":"workflow","country_used":"DE","sensitive_data_expired":false,"rejection_reason_code":null',
      '"check_results":{"document":{"status":"passed"}}}'
    ].join(','))
  }
})

t.test('one result, its fields in the order of the vendor\'s page', async t => {
  const app = startApp(t, { fixtures: [{ ...fixture, result: { status: 'rejected', extracted_data: { full_name: 'Jane' } } }] })
  for (const prefix of ['', '/api/v1']) {
    const response = await send(app, `GET ${prefix}/results/ses_a`)
    t.equal(response.statusCode, 200)
    t.equal(response.body, [
      '{"session_id":"ses_a","status":"rejected","created_at":"2026-01-01T12:01:00.000Z","external_ref":"order-7"',
      '"result":{"age_check_passed":null,"extracted_age":null,"face_match_passed":false,"face_match_score":0.31,"extracted_data":{"full_name":"Jane"}}',
      '"rejection_reason":"Document could not be read.","rejection_reason_code":"document_unreadable","processing_mode":"workflow"',
      '"sensitive_data_expired":false}'
    ].join(','))
  }
})

t.test('Key-Inflection renames the fields of results, and never what was read from the document', async t => {
  const app = startApp(t, { fixtures: [{ ...fixture, checks: ['face_match'], result: { extracted_data: { full_name: 'Jane' } } }] })
  const camel = { 'key-inflection': 'camel' }
  t.match((await send(app, 'GET /sessions/ses_a/result', undefined, camel)).json(),
    { sessionId: 'ses_a', extractedData: { full_name: 'Jane' }, checkResults: { face_match: { status: 'passed' } } })
  t.match((await send(app, 'GET /results/ses_a', undefined, camel)).json(), { externalRef: 'order-7', result: { extractedData: { full_name: 'Jane' } } })
  t.match((await send(app, 'GET /results', undefined, camel)).json(), { data: [{ sessionId: 'ses_a' }], pagination: { total: 1 } })
})

for (const path of ['/sessions/{id}/result', '/results/{id}']) {
  const read = (id: string) => `GET ${path.replace('{id}', id)}`

  t.test(`${path}: a session that is not there, and one without a result`, async t => {
    const app = startApp(t)
    for (const [id, key] of [['ses_none', SANDBOX_KEY], ['ses_live_completed', SANDBOX_KEY], ['ses_completed', LIVE_KEY]] as const) {
      t.same(errorOf(t, await send(app, read(id), undefined, { 'x-api-key': key })),
        { error: 'not_found', detail: 'Session not found.', status_code: 404 }, id)
    }
    t.same(errorOf(t, await send(app, read('ses_pending'))), { error: 'not_found', detail: 'No result yet.', status_code: 404 })
    t.equal((await send(app, read('ses_live_completed'), undefined, { 'x-api-key': LIVE_KEY })).statusCode, 200)
  })
}

const reads: [operation: string, what: string][] = [
  ['getSessionResult', 'GET /sessions/ses_completed/result'], ['getResult', 'GET /results/ses_completed'], ['listResults', 'GET /results']
]
for (const [operation, what] of reads) {
  t.test(`${operation}: needs the scope verifications:read, and is no event`, async t => {
    const app = startWithScopes(t, ['verifications:read', 'sessions:read'])
    t.equal((await send(app, what, undefined, { 'x-api-key': keyOf('verifications:read') })).statusCode, 200)
    t.match(await lastEntry(app), { operation, changes: [] })
    t.equal(errorOf(t, await send(app, what, undefined, { 'x-api-key': keyOf('sessions:read') })).detail, 'API key lacks the scope verifications:read.')
  })
}

const many: Fixture[] = [
  { id: 'ses_b', status: 'completed', created_at: at(2), result: { status: 'needs_review' } },
  { id: 'ses_d', status: 'failed', created_at: at(3), result: { status: 'rejected' } },
  { id: 'ses_c', status: 'completed', created_at: at(2), result: {} },
  { id: 'ses_old', status: 'completed', created_at: at(5), result: { created_at: '2026-01-01T13:01:00+01:00' } },
  { id: 'ses_live', is_sandbox: false, status: 'completed', created_at: at(4), result: {} },
  { id: 'ses_open' }
]

t.test('a list of results has no personal data', async t => {
  const app = startApp(t, { fixtures: [fixture] })
  for (const prefix of ['', '/api/v1']) {
    t.equal((await send(app, `GET ${prefix}/results`)).body, '{"data":[{"session_id":"ses_a","status":"approved","created_at":"2026-01-01T12:01:00.000Z",' +
    '"face_match_passed":true,"face_match_score":0.95,"age_check_passed":true,"rejection_reason":null,"rejection_reason_code":null}],' +
    '"pagination":{"total":1,"limit":50,"offset":0}}')
  }
  t.same((await send(app, 'GET /results', undefined, { 'x-api-key': LIVE_KEY })).json(), { data: [], pagination: { total: 0, limit: 50, offset: 0 } })
})

const pages: [query: string, ids: string[], total: number][] = [
  ['', ['d', 'b', 'c', 'old'], 4],
  ['?limit=2', ['d', 'b'], 4],
  ['?limit=2&offset=1', ['b', 'c'], 4],
  ['?offset=9', [], 4],
  ['?status=approved', ['c', 'old'], 2],
  ['?status=approved&limit=1', ['c'], 2],
  [`?created_after=${at(2)}`, ['d', 'b', 'c'], 3],
  [`?created_before=${at(2)}`, ['b', 'c', 'old'], 3],
  ['?created_after=2026-01-01T13:01:30%2B01:00&created_before=2026-01-01T12:02:00Z', ['b', 'c'], 2],
  [`?created_after=${at(2)}&status=rejected&more=1`, ['d'], 1]
]
t.test('results are listed the newest first, by page and filter', async t => {
  const app = startApp(t, { fixtures: many })
  for (const [query, ids, total] of pages) {
    const { data, pagination } = (await send(app, `GET /results${query}`)).json<{ data: { session_id: string }[], pagination: { total: number } }>()
    t.same(data.map(({ session_id: id }) => id), ids.map(id => `ses_${id}`), query)
    t.equal(pagination.total, total, query)
  }
  t.match((await send(app, 'GET /results', undefined, { 'x-api-key': LIVE_KEY })).json(), { data: [{ session_id: 'ses_live' }], pagination: { total: 1 } })
})

t.test('a wrong query is a 422 that names the parameter', async t => {
  const app = startApp(t)
  const wrong: [query: string, name: string, msg: string][] = [
    ['limit=0', 'limit', 'must be 1 or more'],
    ['limit=101', 'limit', 'must be 100 or less'],
    ['limit=many', 'limit', 'must be a whole number'],
    ['offset=-1', 'offset', 'must be 0 or more'],
    ['status=open', 'status', 'must be one of: approved, rejected, needs_review'],
    ['created_after=today', 'created_after', 'must be a date and time, such as 2026-01-01T12:00:00.000Z'],
    ['created_before=2026-01-01', 'created_before', 'must be a date and time, such as 2026-01-01T12:00:00.000Z']
  ]
  for (const [query, name, msg] of wrong) t.match(errorOf(t, await send(app, `GET /results?${query}`)).detail, [{ loc: ['query', name], msg }], query)
})

t.test('a test seeds sessions with results, and saves and restores them', async t => {
  const app = startApp(t, { fixtures: [] })
  const seed = async (body: object, headers: Record<string, string> = {}) => send(app, 'POST /_mock/sessions', body, headers)
  const one = await seed({ id: 'ses_a', status: 'completed', result: { face_match_score: 0.5 } })
  t.equal(one.statusCode, 201)
  t.notOk('result' in one.json<object>(), 'the response is a session')
  await seed([{ id: 'ses_b' }, { id: 'ses_live', status: 'failed', result: { status: 'rejected' } }], { 'x-api-key': LIVE_KEY })
  t.same((await send(app, 'GET /sessions/ses_a/result')).json(), completeResult({ face_match_score: 0.5 }, await stored(app, 'ses_a')).result)
  t.match((await send(app, 'GET /sessions/ses_live/result', undefined, { 'x-api-key': LIVE_KEY })).json(), { is_sandbox: false, status: 'rejected' })
  t.match(errorOf(t, await seed({ id: 'ses_c', result: {} })).detail,
    [{ loc: ['body', 'result'], msg: 'must be left out while the status is pending or capturing' }])

  const before = (await send(app, 'GET /results')).body
  const state = (await app.inject('/_mock/state')).json<State>()
  t.same(state.sessions.map(({ id, result }) => [id, result?.status]), [['ses_a', 'approved'], ['ses_b', undefined], ['ses_live', 'rejected']])
  await app.inject({ method: 'POST', url: '/_mock/reset' })
  t.equal(errorOf(t, await send(app, 'GET /sessions/ses_a/result')).detail, 'Session not found.')
  t.equal((await app.inject({ method: 'PUT', url: '/_mock/state', payload: state })).statusCode, 204)
  t.equal((await send(app, 'GET /results')).body, before)
  t.same((await app.inject('/_mock/state')).json<State>().sessions, state.sessions)

  t.match(errorOf(t, await app.inject({ method: 'PUT', url: '/_mock/state', payload: { sessions: [{ result: {} }] } })).detail,
    [{ loc: ['body', 'sessions', 0, 'result'] }])
  const removed = await app.inject({ method: 'DELETE', url: '/_mock/sessions/ses_a' })
  t.equal(removed.statusCode, 204)
  await seed({ id: 'ses_a', status: 'completed' })
  t.equal(errorOf(t, await send(app, 'GET /sessions/ses_a/result')).detail, 'No result yet.')
})

t.test('a state without results, as the last release saved it, is restored', async t => {
  const app = startApp(t)
  const sessions: Session[] = [await stored(app, 'ses_completed')]
  t.equal((await app.inject({ method: 'PUT', url: '/_mock/state', payload: { sessions } })).statusCode, 204)
  t.equal(errorOf(t, await send(app, 'GET /results/ses_completed')).detail, 'No result yet.')
  t.match((await send(app, 'GET /results')).json(), { pagination: { total: 0 } })
})

t.test('with isolation each workspace has the results of the fixtures, and its own', async t => {
  const app = startApp(t, { fixtures: [fixture], isolation: 'api-key' })
  const total = async (key: string) => (await send(app, 'GET /results', undefined, { 'x-api-key': key })).json<{ pagination: { total: number } }>().pagination.total
  t.same([await total('vk_sandbox_1'), await total('vk_sandbox_2')], [1, 1])
  await send(app, 'POST /_mock/sessions', { status: 'completed', result: {} }, { 'x-api-key': 'vk_sandbox_1' })
  t.same([await total('vk_sandbox_1'), await total('vk_sandbox_2')], [2, 1])
})
