import type { FastifyInstance } from 'fastify'
import t from 'tap'
import type { JournalEntry, Session } from '../../src/index.js'
import type { CreatedSession } from '../../src/domain/sessions/create.js'
import { allStored, errorOf, LIVE_KEY, SANDBOX_KEY, startApp, stored } from '../helper.js'

async function create (app: FastifyInstance, payload?: object, headers: Record<string, string> = {}, url = '/sessions') {
  return app.inject({ method: 'POST', url, headers: { 'x-api-key': SANDBOX_KEY, 'host': 'mock.test:4010', ...headers }, ...(payload && { payload }) })
}

t.test('a session is created, and the response has its fields in the order of the vendor\'s page', async t => {
  const app = startApp(t)
  for (const prefix of ['', '/api/v1']) {
    const response = await create(app, { external_ref: 'order-7', metadata: { plan: 'gold', trial: null }, country: 'DE' }, {}, `${prefix}/sessions`)
    t.equal(response.statusCode, 201)
    const { id, capture_url: url, created_at: createdAt, expires_at: expiresAt, qr_code_data_url: code } = response.json<CreatedSession>()
    t.equal(response.body, [
      `{"id":"${id}","status":"pending","capture_url":"${url}","is_sandbox":true,"created_at":"${createdAt}","expires_at":"${expiresAt}"`,
      `"external_ref":"order-7","qr_code_data_url":"${code}","tags":[]}`
    ].join(','))
    t.match(id, /^ses_[0-9a-f]{20}$/)
    t.match(url, /^http:\/\/mock\.test:4010\/verify\/cap_[0-9a-f]{20}$/)
    t.equal(Date.parse(expiresAt) - Date.parse(createdAt), 20 * 60 * 1000)
    const session = await app.inject({ url: `/sessions/${id}`, headers: { 'x-api-key': SANDBOX_KEY } })
    t.match(session.json(), {
      id, external_ref: 'order-7', metadata: { plan: 'gold' }, country: 'DE', capture_url: url, token_expires_at: expiresAt, environment: 'env_sandbox'
    })
    t.notOk('trial' in session.json<Session>().metadata)
    const list = await app.inject({ url: '/sessions?limit=1', headers: { 'x-api-key': SANDBOX_KEY } })
    t.match(list.json(), { data: [{ external_ref: 'order-7' }] }, 'it is in the list')
  }
})

t.test('a body is optional, may have any casing, and may come in an envelope', async t => {
  const app = startApp(t)
  t.match((await create(app)).json(), { external_ref: null })
  t.match((await create(app, { externalRef: 'camel' })).json(), { external_ref: 'camel' })
  t.match((await create(app, { data: { type: 'session', attributes: { 'external-ref': 'kebab' } } })).json(), { external_ref: 'kebab' })
  const kebab = (await create(app, {}, { 'key-inflection': 'kebab' })).json<object>()
  t.match(Object.keys(kebab), ['id', 'status', 'capture-url', 'is-sandbox', 'created-at', 'expires-at', 'external-ref', 'qr-code-data-url', 'tags'])
})

t.test('the environment is that of the key, and the journal has the session', async t => {
  const app = startApp(t)
  const { id } = (await create(app, {}, { 'x-api-key': LIVE_KEY })).json<CreatedSession>()
  t.match(await stored(app, id), { is_sandbox: false, environment: 'env_live' })
  t.equal((await app.inject({ url: `/sessions/${id}`, headers: { 'x-api-key': SANDBOX_KEY } })).statusCode, 404)
  const { data } = (await app.inject(`/_mock/requests?session_id=${id}`)).json<{ data: JournalEntry[] }>()
  t.match(data[0], { operation: 'createSession', session_id: id, changes: [{ type: 'session.created', session_id: id, before: null, after: { id } }] })
})

t.test('the same request again returns the same session, and creates none', async t => {
  const app = startApp(t)
  const [first, again] = [await create(app, { country: 'DE' }, { 'idempotency-key': 'k' }), await create(app, { country: 'DE' }, { 'idempotency-key': 'k' })]
  t.equal(again.statusCode, 201)
  t.equal(again.body, first.body)
  t.equal(again.headers['idempotent-replayed'], 'true')
  const count = (await allStored(app)).length
  t.equal(errorOf(t, await create(app, {}, { 'idempotency-key': 'k' })).error, 'idempotency_mismatch')
  t.equal((await allStored(app)).length, count)
})

t.test('wrong bodies are a 422, and create nothing', async t => {
  const app = startApp(t)
  const count = (await allStored(app)).length
  const cases: [body: object, loc: (string | number)[], type: string][] = [
    [{ external_ref: null }, ['external_ref'], 'string_type'],
    [{ metadata: [] }, ['metadata'], 'dict_type'],
    [{ metadata: { a: 'x'.repeat(16_383) } }, ['metadata', 'a'], 'too_large'],
    [{ country: 'DEU' }, ['country'], 'string_pattern_mismatch'],
    [{ country: '' }, ['country'], 'string_pattern_mismatch'],
    [{ checks: ['document', 1] }, ['checks', 1], 'string_type'],
    [{ workflow_id: 1 }, ['workflow_id'], 'string_type'],
    [{ redirect_url: 'nowhere' }, ['redirect_url'], 'url_parsing'],
    [{ fields: 'name' }, ['fields'], 'dict_type'],
    [{ send_email: 'yes' }, ['send_email'], 'bool_type'],
    [{ status: 'completed' }, ['status'], 'extra_forbidden'],
    [{ data: { attributes: { status: 'completed' } } }, ['status'], 'extra_forbidden'],
    [[], [], 'dict_type']
  ]
  for (const [body, loc, type] of cases) {
    t.match(errorOf(t, await create(app, body)), { error: 'validation_error', status_code: 422, detail: [{ loc: ['body', ...loc], type }] }, JSON.stringify(body).slice(0, 60))
  }
  t.equal((await allStored(app)).length, count)
  const accepted = { redirect_url: 'https://example.com/done?x=1', fields: { first_name: 'Ada' }, send_email: true, country: 'ÖÄ', checks: [] }
  t.equal((await create(app, accepted)).statusCode, 201)
})

t.test('a key needs one of two scopes, and publishable keys may create sessions', async t => {
  const app = startApp(t, { apiKeys: ['vk_sandbox_c=sessions:create', 'vk_sandbox_w=sessions:write', 'vk_sandbox_r=sessions:read', 'vk_pub_live_p'] })
  for (const key of ['vk_sandbox_c', 'vk_sandbox_w', 'vk_pub_live_p']) t.equal((await create(app, {}, { 'x-api-key': key })).statusCode, 201, key)
  t.equal(errorOf(t, await create(app, {}, { 'x-api-key': 'vk_sandbox_r' })).detail, 'API key lacks the scope sessions:create or sessions:write.')
})

t.test('a URL that is too long has no QR code', async t => {
  const app = startApp(t)
  t.match((await create(app, {}, { host: `${'a'.repeat(3000)}.test` })).json(), { status: 'pending', qr_code_data_url: null })
})

t.test('with a public URL, capture URLs begin with it, also those of fixtures and of seeded and restored sessions', async t => {
  const app = startApp(t, { publicUrl: 'https://mock.example/verifa/', fixtures: [{ id: 'ses_a' }, { id: 'ses_b', created_at: '2026-01-01T00:00:00Z' }] })
  const { capture_url: url } = (await create(app)).json<CreatedSession>()
  t.match(url, /^https:\/\/mock\.example\/verifa\/verify\/cap_[0-9a-f]{20}$/)
  for (const id of ['ses_a', 'ses_b']) t.equal((await stored(app, id)).capture_url, `https://mock.example/verifa/verify/${id}`)
  const seed = await app.inject({ method: 'POST', url: '/_mock/sessions', payload: { id: 'ses_c' } })
  t.match(seed.json(), { capture_url: 'https://mock.example/verifa/verify/ses_c' })
  await app.inject({ method: 'PUT', url: '/_mock/state', payload: { sessions: [{ id: 'ses_d' }] } })
  t.match(await stored(app, 'ses_d'), { capture_url: 'https://mock.example/verifa/verify/ses_d' })
})
