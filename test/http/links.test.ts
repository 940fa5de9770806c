import t from 'tap'
import type { OneTimeLink } from '../../src/domain/sessions/one-time-link.js'
import { errorOf, LIVE_KEY, startApp, stored } from '../helper.js'
import { keyOf, lastEntry, send, startWithScopes } from './requests.js'

const generate = 'POST /sessions/ses_pending/generate-one-time-link'
const list = 'GET /sessions/ses_pending/links'

t.test('a link is generated, and listed', async t => {
  const app = startApp(t)
  const before = await stored(app, 'ses_pending')
  for (const prefix of ['', '/api/v1']) {
    const response = await send(app, `POST ${prefix}/sessions/ses_pending/generate-one-time-link`, undefined, { host: 'mock.test:4010' })
    t.equal(response.statusCode, 201)
    const { id, capture_url: url, expires_at: expiresAt, created_at: createdAt, qr_code_data_url: code } = response.json<OneTimeLink>()
    t.equal(response.body, [
      `{"id":"${id}","session_id":"ses_pending","capture_url":"${url}","status":"active"`,
      `"expires_at":"${expiresAt}","created_at":"${createdAt}","qr_code_data_url":"${code}"}`
    ].join(','))
    t.match(id, /^lnk_[0-9a-f]{20}$/)
    t.match(url, /^http:\/\/mock\.test:4010\/verify\/cap_[0-9a-f]{20}$/)
    t.match(code, /^data:image\/png;base64,/)
    t.equal(Date.parse(expiresAt) - Date.parse(createdAt), 20 * 60_000)
    t.match(await lastEntry(app), { operation: 'generateOneTimeLink', changes: [{ type: 'session.link_generated', session_id: 'ses_pending', before, after: before }] })
    const listed = await send(app, `GET ${prefix}/sessions/ses_pending/links`)
    t.equal(listed.statusCode, 200)
    t.match(listed.json(), { data: [response.json(), ...prefix === '' ? [] : [{ status: 'revoked', qr_code_data_url: null }]] })
  }
  t.same(await stored(app, 'ses_pending'), before, 'the session stays as it is')
  t.same((await send(app, 'GET /sessions/ses_redacted/links')).json(), { data: [] })
})

t.test('field names come and go in any casing', async t => {
  const app = startApp(t)
  const response = await send(app, generate, { expiresInMinutes: 10_080 }, { 'key-inflection': 'kebab' })
  t.same(Object.keys(response.json<object>()), ['id', 'session-id', 'capture-url', 'status', 'expires-at', 'created-at', 'qr-code-data-url'])
  t.same(Object.keys((await send(app, list, undefined, { 'key-inflection': 'camel' })).json<{ data: object[] }>().data[0] ?? {}),
    ['id', 'sessionId', 'captureUrl', 'status', 'expiresAt', 'createdAt', 'qrCodeDataUrl'])
})

t.test('the same idempotency key is replayed, and makes no second link', async t => {
  const app = startApp(t)
  const key = { 'idempotency-key': 'k' }
  const [first, replay] = [await send(app, generate, {}, key), await send(app, generate, undefined, key)]
  t.same([replay.statusCode, replay.body, replay.headers['idempotent-replayed']], [201, first.body, 'true'])
  t.equal((await send(app, list)).json<{ data: object[] }>().data.length, 1)
  t.equal(errorOf(t, await send(app, generate, { expires_in_minutes: 5 }, key)).error, 'idempotency_mismatch')
})

t.test('a link expires on the clock of the workspace', async t => {
  const app = startApp(t)
  await send(app, generate, { expires_in_minutes: 1 })
  await app.inject({ method: 'POST', url: '/_mock/clock', payload: { advance: '1m' } })
  t.match((await send(app, list)).json(), { data: [{ status: 'expired', qr_code_data_url: null }] })
})

t.test('wrong requests', async t => {
  const app = startApp(t)
  const wrong: [value: unknown, msg: string, type: string][] = [
    [0, 'must be 1 or more', 'too_small'],
    [10_081, 'must be 10080 or less', 'too_large'],
    [1.5, 'must be a whole number or null', 'int_type'],
    ['20', 'must be a whole number or null', 'int_type']
  ]
  for (const [value, msg, type] of wrong) {
    t.same(errorOf(t, await send(app, generate, { expires_in_minutes: value })).detail, [{ loc: ['body', 'expires_in_minutes'], msg, type }])
  }
  t.match(errorOf(t, await send(app, generate, { minutes: 5 })).detail, [{ loc: ['body', 'minutes'], type: 'extra_forbidden' }])
  for (const [id, key] of [['ses_none', undefined], ['ses_live_pending', undefined], ['ses_pending', LIVE_KEY]] as const) {
    for (const what of [`POST /sessions/${id}/generate-one-time-link`, `GET /sessions/${id}/links`]) {
      t.same(errorOf(t, await send(app, what, undefined, key === undefined ? {} : { 'x-api-key': key })),
        { error: 'not_found', detail: 'Session not found.', status_code: 404 })
    }
  }
  t.same(errorOf(t, await send(app, 'POST /sessions/ses_completed/generate-one-time-link')),
    { error: 'bad_request', detail: 'Session is completed and cannot have a one-time link.', status_code: 400 })
  t.same((await send(app, list)).json(), { data: [] })
})

t.test('generating needs sessions:write, and listing sessions:read', async t => {
  const app = startWithScopes(t, ['sessions:write', 'sessions:read'])
  for (const [what, scope, other] of [[generate, 'sessions:write', 'sessions:read'], [list, 'sessions:read', 'sessions:write']] as const) {
    t.match((await send(app, what, undefined, { 'x-api-key': keyOf(scope) })).statusCode, /20[01]/)
    t.equal(errorOf(t, await send(app, what, undefined, { 'x-api-key': keyOf(other) })).detail, `API key lacks the scope ${scope}.`)
  }
})
