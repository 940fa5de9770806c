import t from 'tap'
import type { Session } from '../../src/index.js'
import { allStored, errorOf, LIVE_KEY, SANDBOX_KEY, startApp, stored, update } from '../helper.js'

// What an update means (the merge, the replay) is tested in test/domain. Here is how it is requested and what the response is.

t.test('an update returns 200 with the whole session, its fields in the order of the vendor\'s page', async t => {
  const app = startApp(t)
  const response = await update(app, 'ses_pending', { external_ref: 'order-7', metadata: { plan: 'gold', trial: null } })
  t.equal(response.statusCode, 200)
  t.equal(response.headers['content-type'], 'application/json; charset=utf-8')
  const { updated_at: updatedAt } = await stored(app, 'ses_pending')
  t.equal(response.body, [
    '{"id":"ses_pending","status":"pending","is_sandbox":true,"environment":"env_sandbox","created_at":"2026-01-05T09:00:00.000Z"',
    `"updated_at":"${updatedAt}","external_ref":"order-7","metadata":{"plan":"gold"},"country":"DE","checks":["document","face_match"]`,
    '"workflow_id":"wf_standard","document_type":null,"retention_status":"active","processing_attempts":0,"consent_ip":null',
    '"capture_url":"https://capture.verifa.example/ses_pending","token_expires_at":"2026-01-05T09:20:00.000Z","case_id":null',
    '"case_status":null,"tags":["onboarding"]}'
  ].join(','))
})

t.test('both prefixes are the same operation', async t => {
  const app = startApp(t)
  const headers = { 'x-api-key': SANDBOX_KEY, 'idempotency-key': 'k' }
  const long = await app.inject({ method: 'PATCH', url: '/api/v1/sessions/ses_pending', headers, payload: { external_ref: 'long' } })
  t.equal(long.statusCode, 200)
  t.equal((await update(app, 'ses_pending', {})).json<Session>().external_ref, 'long')
  const replay = await update(app, 'ses_pending', { external_ref: 'long' }, { 'idempotency-key': 'k' })
  t.equal(replay.headers['idempotent-replayed'], 'true')
})

t.test('Key-Inflection chooses the casing of sessions and errors, and metadata keeps its own', async t => {
  const app = startApp(t)
  const body = { metadata: { snake_key: { inner_key: 1 } } }
  const names = async (inflection: string | undefined, id = 'ses_bare') =>
    Object.keys((await update(app, id, body, { 'key-inflection': inflection })).json<object>())
  t.match(await names(undefined), ['id', 'status', 'is_sandbox'])
  t.match(await names('camel'), ['id', 'status', 'isSandbox', 'environment', 'createdAt'])
  t.match(await names('kebab'), ['id', 'status', 'is-sandbox', 'environment', 'created-at'])
  t.same(await names('camel', 'ses_none'), ['error', 'detail', 'statusCode'])
  t.same(await names('kebab', 'ses_none'), ['error', 'detail', 'status-code'])
  t.match((await update(app, 'ses_bare', {}, { 'key-inflection': 'camel' })).json(), body)
})

t.test('defaultKeyInflection is the casing of responses whose request has no Key-Inflection', async t => {
  const app = startApp(t, { defaultKeyInflection: 'kebab' })
  t.match((await update(app, 'ses_bare', {})).json(), { 'is-sandbox': true })
  t.match((await update(app, 'ses_bare', {}, { 'key-inflection': 'snake' })).json(), { is_sandbox: true })
  t.match((await update(app, 'ses_none', {})).json(), { 'status-code': 404 })
  t.match((await update(app, 'ses_bare', {}, { 'key-inflection': 'loud' })).json(), { 'status-code': 422 }, 'also where the header is refused')
  t.match((await app.inject('/nowhere')).json(), { 'status-code': 404 })
})

t.test('API keys', async t => {
  const app = startApp(t)
  const missing = 'Missing API key. Send it in the X-API-Key header.'
  const before = await stored(app, 'ses_pending')
  const cases: [name: string, key: string | undefined, status: number, error: string, detail: string][] = [
    ['no key', undefined, 401, 'unauthorized', missing],
    ['an empty key', '', 401, 'unauthorized', missing],
    ['a word', 'secret', 401, 'unauthorized', 'Invalid API key.'],
    ['two keys in one header', 'vk_sandbox_a, vk_live_b', 401, 'unauthorized', 'Invalid API key.'],
    ['a prefix alone', 'vk_sandbox_', 401, 'unauthorized', 'Invalid API key.'],
    ['an unknown environment', 'vk_test_abc', 401, 'unauthorized', 'Invalid API key.'],
    ['a prefix in capital letters', 'VK_LIVE_abc', 401, 'unauthorized', 'Invalid API key.'],
    ['a publishable key', 'vk_pub_sandbox_abc', 403, 'forbidden',
      'Publishable keys can only create sessions. Use a secret key (vk_live_… or vk_sandbox_…).'],
    ['a key of the other environment', LIVE_KEY, 404, 'not_found', 'Session not found.']
  ]
  for (const [name, key, status, error, detail] of cases) {
    t.test(`${name}: ${status}`, async t => {
      const response = await update(app, 'ses_pending', { external_ref: 'changed' }, { 'x-api-key': key })
      t.equal(response.statusCode, status)
      t.same(errorOf(t, response), { error, detail, status_code: status })
      t.equal(await stored(app, 'ses_pending'), before, 'nothing was changed')
    })
  }
  t.equal((await update(app, 'ses_live_pending', {}, { 'x-api-key': LIVE_KEY })).statusCode, 200, 'a live key sees live sessions')
  t.equal((await update(app, 'ses_live_pending', {})).statusCode, 404, 'a sandbox key does not')
})

t.test('with apiKeys only the listed keys are valid, with their scopes', async t => {
  const app = startApp(t, { apiKeys: ['vk_sandbox_a', 'vk_sandbox_reader=sessions:read+verifications:read', 'vk_sandbox_b=sessions:write'] })
  const status = async (key: string) => (await update(app, 'ses_pending', {}, { 'x-api-key': key })).statusCode
  t.equal(await status('vk_sandbox_a'), 200)
  t.equal(await status('vk_sandbox_b'), 200)
  t.equal(await status('vk_sandbox_c'), 401)
  const refused = await update(app, 'ses_pending', {}, { 'x-api-key': 'vk_sandbox_reader' })
  t.same(errorOf(t, refused), { error: 'forbidden', detail: 'API key lacks the scope sessions:write.', status_code: 403 })
})

t.test('a redacted session is a 422', async t => {
  t.same(errorOf(t, await update(startApp(t), 'ses_redacted', { external_ref: 'x' })),
    { error: 'validation_error', detail: 'Session has been redacted and cannot be updated.', status_code: 422 })
})

t.test('session IDs are looked up as they are', async t => {
  const app = startApp(t)
  for (const id of ['ses_none', 'x', '__proto__', 'constructor', 'a%2Fb', 'x'.repeat(5000), '%F0%9F%A6%8A']) {
    t.same(errorOf(t, await update(app, id, {})), { error: 'not_found', detail: 'Session not found.', status_code: 404 }, id.slice(0, 20))
  }
})

t.test('Verifa-Version', async t => {
  const app = startApp(t)
  const send = async (version?: string) => update(app, 'ses_pending', {}, { 'verifa-version': version })
  for (const version of [undefined, '2026-01-01', '2026-02-01', '2031-12-31']) {
    const response = await send(version)
    t.equal(response.statusCode, 200)
    t.equal(response.headers['verifa-version'], '2026-01-01', `${version ?? 'no header'}: the newest version that is not later`)
  }
  t.same(errorOf(t, await send('2025-12-31')),
    { error: 'bad_request', detail: 'Verifa-Version 2025-12-31 is no longer supported. Upgrade to 2026-01-01.', status_code: 400 })
  for (const version of ['2026-02-30', '2025-13-01', 'latest', '2026-1-1', '2026-01-01T00:00:00Z', '']) {
    const { detail } = errorOf(t, await send(version))
    t.same(detail, [{ loc: ['header', 'Verifa-Version'], msg: 'must be a calendar date, such as 2026-01-01', type: 'date_parsing' }], version)
  }
})

t.test('a body that cannot be applied is a 422 that names every offending field, and changes nothing', async t => {
  const app = startApp(t)
  const object = 'must be a JSON object'
  const unknown = 'is not a field here; the fields are external_ref, metadata'
  const cases: [body: unknown, ...problems: unknown[]][] = [
    [undefined, { loc: ['body'], msg: object, type: 'dict_type' }],
    ['', { loc: ['body'], msg: object, type: 'dict_type' }],
    ['null', { loc: ['body'], msg: object, type: 'dict_type' }],
    [[], { loc: ['body'], msg: object, type: 'dict_type' }],
    ['"text"', { loc: ['body'], msg: object, type: 'dict_type' }],
    [{ externalRef: 7 }, { loc: ['body', 'external_ref'], msg: 'must be a string', type: 'string_type' }],
    [{ status: 'completed' }, { loc: ['body', 'status'], msg: unknown, type: 'extra_forbidden' }],
    ['{"__proto__":{"external_ref":"x"}}', { loc: ['body', '__proto__'], msg: unknown, type: 'extra_forbidden' }],
    [{ 'external_ref': 'a', 'external-ref': 'b' },
      { loc: ['body', 'external_ref'], msg: 'comes in more than one casing', type: 'value_error' }],
    [{ metadata: { 'a/b~c': { toString: 'x'.repeat(16_384) } } },
      { loc: ['body', 'metadata', 'a/b~c'], msg: 'must have at most 16384 bytes as compact JSON', type: 'too_large' }],
    [`{"metadata":{"deep":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`,
      { loc: ['body'], msg: 'must not be nested deeper than 2000 levels', type: 'too_deep' }],
    [{ external_ref: 1, metadata: 'x', tags: [], Metadata: {} },
      { loc: ['body', 'tags'], msg: unknown, type: 'extra_forbidden' },
      { loc: ['body', 'Metadata'], msg: unknown, type: 'extra_forbidden' },
      { loc: ['body', 'external_ref'], msg: 'must be a string', type: 'string_type' },
      { loc: ['body', 'metadata'], msg: object, type: 'dict_type' }]
  ]
  const before = await stored(app, 'ses_pending')
  for (const [body, ...problems] of cases) {
    t.test((typeof body === 'string' ? body : body === undefined ? 'absent' : JSON.stringify(body)).slice(0, 60), async t => {
      const response = await update(app, 'ses_pending', body, body === undefined ? { 'content-type': undefined } : {})
      t.equal(response.statusCode, 422)
      t.same(errorOf(t, response), { error: 'validation_error', detail: problems, status_code: 422 })
      t.equal(await stored(app, 'ses_pending'), before, 'nothing was changed')
    })
  }
})

t.test('a 422 lists a hundred problems and says how many more there are', async t => {
  const app = startApp(t)
  const metadata = Object.fromEntries(Array.from({ length: 123 }, (_, index) => [`key_${index}`, 1e4]))
  const text = JSON.stringify({ metadata }).replaceAll('10000', '1e400') // beyond the range of a double
  const { detail } = errorOf(t, await update(app, 'ses_pending', text))
  t.equal(detail.length, 101)
  t.match(detail[0], { loc: ['body', 'metadata', 'key_0'], type: 'finite_number' })
  t.same(detail[100], { loc: ['body'], msg: 'has 23 more problems', type: 'more_problems' })
})

t.test('with unknownFields: "ignore" fields that cannot be set are accepted and dropped', async t => {
  const app = startApp(t, { unknownFields: 'ignore' })
  const response = await update(app, 'ses_pending', { status: 'completed', externalRef: 'kept', nonsense: 1 })
  t.equal(response.statusCode, 200)
  t.match(response.json(), { status: 'pending', external_ref: 'kept' })
  t.notOk('nonsense' in response.json<object>())
  t.equal((await update(app, 'ses_pending', { external_ref: 1 })).statusCode, 422, 'fields that can be set are still checked')
  await update(app, 'ses_pending', { external_ref: 'a', one: 1 }, { 'idempotency-key': 'k' })
  const replay = await update(app, 'ses_pending', { external_ref: 'a', two: 2 }, { 'idempotency-key': 'k' })
  t.equal(replay.headers['idempotent-replayed'], 'true', 'a dropped field is no parameter')
})

t.test('the checks come in the order: key, version, other headers, JSON, body, idempotency, session, redaction', async t => {
  const app = startApp(t)
  await update(app, 'ses_pending', {}, { 'idempotency-key': 'used' })
  const bad = { 'x-api-key': 'nonsense', 'verifa-version': '2020-01-01', 'key-inflection': 'shouting', 'idempotency-key': 'used' }
  const key = { 'x-api-key': SANDBOX_KEY }
  const version = { ...key, 'verifa-version': undefined }
  const inflection = { ...version, 'key-inflection': 'snake' }
  const fresh = { ...inflection, 'idempotency-key': 'new' }
  const steps: [name: string, fixed: Record<string, string | undefined>, body: unknown, id: string, status: number, error: string][] = [
    ['the key is not valid', {}, '{', 'ses_none', 401, 'unauthorized'],
    ['the key may not update', { 'x-api-key': 'vk_pub_live_a' }, '{', 'ses_none', 403, 'forbidden'],
    ['the version is retired', key, '{', 'ses_none', 400, 'bad_request'],
    ['a header is wrong', version, '{', 'ses_none', 422, 'validation_error'],
    ['the body is not JSON', inflection, '{', 'ses_none', 400, 'bad_request'],
    ['the body is not an update', inflection, '[]', 'ses_none', 422, 'validation_error'],
    ['the idempotency key was used', inflection, '{}', 'ses_none', 422, 'idempotency_mismatch'],
    ['the session does not exist', fresh, '{}', 'ses_none', 404, 'not_found'],
    ['the session is redacted', fresh, '{}', 'ses_redacted', 422, 'validation_error']
  ]
  for (const [name, fixed, body, id, status, error] of steps) {
    const response = await update(app, id, body, { ...bad, ...fixed })
    t.equal(response.statusCode, status, name)
    t.equal(errorOf(t, response).error, error, name)
  }
})

t.test('all problems of the headers are reported together', async t => {
  const headers = { 'verifa-version': 'soon', 'key-inflection': 'loud', 'idempotency-key': 'x'.repeat(256) }
  t.same(errorOf(t, await update(startApp(t), 'ses_pending', {}, headers)).detail, [
    { loc: ['header', 'Verifa-Version'], msg: 'must be a calendar date, such as 2026-01-01', type: 'date_parsing' },
    { loc: ['header', 'Key-Inflection'], msg: 'must be one of: snake, camel, kebab', type: 'enum' },
    { loc: ['header', 'Idempotency-Key'], msg: 'must have at most 255 characters', type: 'string_too_long' }
  ])
})

t.test('every fixture that is not redacted can be updated', async t => {
  const app = startApp(t)
  for (const { id, is_sandbox: isSandbox, retention_status: retention } of await allStored(app)) {
    const { statusCode } = await update(app, id, {}, { 'x-api-key': isSandbox ? SANDBOX_KEY : LIVE_KEY })
    t.equal(statusCode, retention === 'redacted' ? 422 : 200, id)
  }
})
