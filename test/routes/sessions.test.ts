import t from 'tap'
import type { Session } from '../../src/index.js'
import { advance, allStored, errorOf, LIVE_KEY, SANDBOX_KEY, startApp, stored, update, versionOf } from '../helper.js'

t.test('an update answers 200 with the whole session, its fields in the order of the vendor\'s page', async t => {
  const app = startApp(t)
  const response = await update(app, 'ses_pending', { external_ref: 'order-7', metadata: { plan: 'gold', trial: null } })
  t.equal(response.statusCode, 200)
  t.equal(response.headers['content-type'], 'application/json; charset=utf-8')
  const { updated_at: updatedAt } = stored(app, 'ses_pending')
  t.equal(response.body, [
    '{"id":"ses_pending","status":"pending","is_sandbox":true,"environment":"env_sandbox","created_at":"2026-01-05T09:00:00.000Z"',
    `"updated_at":"${updatedAt}","external_ref":"order-7","metadata":{"plan":"gold"},"country":"DE","checks":["document","face_match"]`,
    '"workflow_id":"wf_standard","document_type":null,"retention_status":"active","processing_attempts":0,"consent_ip":null',
    '"capture_url":"https://capture.verifa.example/ses_pending","token_expires_at":"2026-01-05T09:20:00.000Z","case_id":null',
    '"case_status":null,"tags":["onboarding"]}'
  ].join(','))
})

t.test('what was written is read back by the next update', async t => {
  const app = startApp(t)
  await update(app, 'ses_pending', { metadata: { a: 1 } })
  await update(app, 'ses_pending', { metadata: { b: { deep: null } } })
  const session = (await update(app, 'ses_pending', {})).json<Session>()
  t.same(session.metadata, { plan: 'free', trial: true, a: 1, b: { deep: null } })
  t.equal(session.external_ref, 'order-1001')
})

t.test('both paths are the same operation', async t => {
  const app = startApp(t)
  const long = await app.inject({
    method: 'PATCH', url: '/api/v1/sessions/ses_pending', headers: { 'x-api-key': SANDBOX_KEY }, payload: { external_ref: 'long' }
  })
  t.equal(long.statusCode, 200)
  t.equal((await update(app, 'ses_pending', {})).json<Session>().external_ref, 'long')
})

t.test('updated_at moves on every accepted update, also one that changes nothing', async t => {
  const app = startApp(t)
  const first = (await update(app, 'ses_pending', {})).json<Session>()
  advance(app, 5000)
  const second = (await update(app, 'ses_pending', {})).json<Session>()
  t.ok(Date.parse(second.updated_at) - Date.parse(first.updated_at) >= 5000)
  t.equal(second.created_at, first.created_at)
  t.match(second.updated_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

t.test('capture_url and token_expires_at are there while the session is pending or capturing, and null otherwise', async t => {
  const app = startApp(t)
  for (const { id, status, is_sandbox: isSandbox, retention_status: retention } of allStored(app)) {
    if (retention === 'redacted') continue
    const session = (await update(app, id, {}, { 'x-api-key': isSandbox ? SANDBOX_KEY : LIVE_KEY })).json<Session>()
    const open = status === 'pending' || status === 'capturing'
    t.equal(session.capture_url !== null, open, `${id}: capture_url`)
    t.equal(session.token_expires_at !== null, open, `${id}: token_expires_at`)
  }
})

t.test('API keys', async t => {
  const app = startApp(t)
  const missing = 'Missing API key. Send it in the X-API-Key header.'
  const cases: [name: string, key: string | undefined, status: number, error: string, detail: string][] = [
    ['none', undefined, 401, 'unauthorized', missing],
    ['an empty one', '', 401, 'unauthorized', missing],
    ['a word', 'secret', 401, 'unauthorized', 'Invalid API key.'],
    ['two keys in one', 'vk_sandbox_a, vk_live_b', 401, 'unauthorized', 'Invalid API key.'],
    ['a prefix alone', 'vk_sandbox_', 401, 'unauthorized', 'Invalid API key.'],
    ['an unknown environment', 'vk_test_abc', 401, 'unauthorized', 'Invalid API key.'],
    ['a prefix in other letters', 'VK_LIVE_abc', 401, 'unauthorized', 'Invalid API key.'],
    ['a publishable key', 'vk_pub_sandbox_abc', 403, 'forbidden',
      'Publishable keys can only create sessions. Use a secret key (vk_live_… or vk_sandbox_…).'],
    ['the other environment\'s key', LIVE_KEY, 404, 'not_found', 'Session not found.']
  ]
  for (const [name, key, status, error, detail] of cases) {
    t.test(`${name}: ${status}`, async t => {
      const response = await update(app, 'ses_pending', { external_ref: 'changed' }, { 'x-api-key': key })
      t.equal(response.statusCode, status)
      t.same(errorOf(t, response), { error, detail, status_code: status })
      t.equal(stored(app, 'ses_pending').external_ref, 'order-1001', 'nothing has changed')
    })
  }
  t.equal((await update(app, 'ses_live_pending', {}, { 'x-api-key': LIVE_KEY })).statusCode, 200, 'a live key sees live sessions')
  t.equal((await update(app, 'ses_live_pending', {})).statusCode, 404, 'a sandbox key does not')
})

t.test('with the option apiKeys only those listed are valid, with the scopes they were given', async t => {
  const app = startApp(t, { apiKeys: ['vk_sandbox_a', 'vk_sandbox_reader=sessions:read+verifications:read', 'vk_sandbox_b=sessions:write'] })
  const status = async (key: string) => (await update(app, 'ses_pending', {}, { 'x-api-key': key })).statusCode
  t.equal(await status('vk_sandbox_a'), 200)
  t.equal(await status('vk_sandbox_b'), 200)
  t.equal(await status('vk_sandbox_c'), 401)
  const refused = await update(app, 'ses_pending', {}, { 'x-api-key': 'vk_sandbox_reader' })
  t.same(errorOf(t, refused), { error: 'forbidden', detail: 'API key lacks the scope sessions:write.', status_code: 403 })
})

t.test('redaction: redacted sessions cannot be updated, sensitive_redacted ones can', async t => {
  const app = startApp(t)
  const refused = await update(app, 'ses_redacted', { external_ref: 'x' })
  t.same(errorOf(t, refused),
    { error: 'validation_error', detail: 'Session has been redacted and cannot be updated.', status_code: 422 })
  t.equal(stored(app, 'ses_redacted').external_ref, null)
  t.equal((await update(app, 'ses_sensitive_redacted', { external_ref: 'x' })).statusCode, 200)
})

t.test('versions', async t => {
  const app = startApp(t)
  const version = async (asked?: string) => update(app, 'ses_pending', {}, { 'verifa-version': asked })
  for (const asked of [undefined, '2026-01-01', '2026-02-01', '2031-12-31']) {
    const response = await version(asked)
    t.equal(response.statusCode, 200)
    t.equal(response.headers['verifa-version'], '2026-01-01', `${asked ?? 'none'} is answered in the newest version there is`)
  }
  t.same(errorOf(t, await version('2025-12-31')),
    { error: 'bad_request', detail: 'Verifa-Version 2025-12-31 is no longer supported. Upgrade to 2026-01-01.', status_code: 400 })
  for (const asked of ['2026-02-30', '2025-13-01', 'latest', '2026-1-1', '2026-01-01T00:00:00Z', '']) {
    const { detail } = errorOf(t, await version(asked))
    t.same(detail, [{ loc: ['header', 'Verifa-Version'], msg: 'must be a calendar date, as 2026-01-01', type: 'date_parsing' }], asked)
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
    [{ external_ref: null }, { loc: ['body', 'external_ref'], msg: 'must be a string', type: 'string_type' }],
    [{ external_ref: 7 }, { loc: ['body', 'external_ref'], msg: 'must be a string', type: 'string_type' }],
    [{ externalRef: 7 }, { loc: ['body', 'external_ref'], msg: 'must be a string', type: 'string_type' }],
    [{ metadata: null }, { loc: ['body', 'metadata'], msg: object, type: 'dict_type' }],
    [{ metadata: ['a'] }, { loc: ['body', 'metadata'], msg: object, type: 'dict_type' }],
    [{ status: 'completed' }, { loc: ['body', 'status'], msg: unknown, type: 'extra_forbidden' }],
    ['{"__proto__":{"external_ref":"x"}}', { loc: ['body', '__proto__'], msg: unknown, type: 'extra_forbidden' }],
    [{ 'external_ref': 'a', 'external-ref': 'b' },
      { loc: ['body', 'external_ref'], msg: 'comes in more than one casing', type: 'value_error' }],
    [{ metadata: { 'a/b~c': { toString: 'x'.repeat(16_384) } } },
      { loc: ['body', 'metadata', 'a/b~c'], msg: 'must have at most 16384 bytes as compact JSON', type: 'too_large' }],
    ['{"metadata":{"far":1e400}}',
      { loc: ['body', 'metadata', 'far'], msg: 'holds a number beyond the range of a double', type: 'finite_number' }],
    [`{"metadata":{"deep":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`,
      { loc: ['body'], msg: 'must not be nested deeper than 2000 levels', type: 'too_deep' }],
    [`{"metadata":{"far":1e400,"deep":${'['.repeat(1001)}${']'.repeat(1001)}}}`,
      { loc: ['body', 'metadata', 'far'], msg: 'holds a number beyond the range of a double', type: 'finite_number' },
      { loc: ['body', 'metadata', 'deep'], msg: 'must not be nested deeper than 1000 levels', type: 'too_deep' }],
    [{ external_ref: 1, metadata: 'x', tags: [], Metadata: {} },
      { loc: ['body', 'tags'], msg: unknown, type: 'extra_forbidden' },
      { loc: ['body', 'Metadata'], msg: unknown, type: 'extra_forbidden' },
      { loc: ['body', 'external_ref'], msg: 'must be a string', type: 'string_type' },
      { loc: ['body', 'metadata'], msg: object, type: 'dict_type' }]
  ]
  const before = versionOf(app, 'ses_pending')
  for (const [body, ...problems] of cases) {
    t.test((typeof body === 'string' ? body : body === undefined ? 'absent' : JSON.stringify(body)).slice(0, 60), async t => {
      const response = await update(app, 'ses_pending', body, body === undefined ? { 'content-type': undefined } : {})
      t.equal(response.statusCode, 422)
      t.same(errorOf(t, response), { error: 'validation_error', detail: problems, status_code: 422 })
      t.equal(versionOf(app, 'ses_pending'), before, 'the session is the very same')
    })
  }
})

t.test('the cap of a metadata value is 16,384 bytes of UTF-8, inclusive, for each value', async t => {
  const app = startApp(t)
  const status = async (metadata: unknown) => (await update(app, 'ses_pending', { metadata })).statusCode
  t.equal(await status({ a: 'x'.repeat(16_382), b: 'x'.repeat(16_382) }), 200, 'two quotes and 16,382 characters, twice')
  t.equal(await status({ a: 'x'.repeat(16_383) }), 422)
  t.equal(await status({ a: 'é'.repeat(8_191) }), 200, 'two bytes each')
  t.equal(await status({ a: 'é'.repeat(8_192) }), 422)
  t.equal(await status({ a: '\u0001'.repeat(2_730) }), 200, 'six bytes each, as JSON writes them')
  t.equal(await status({ a: '\u0001'.repeat(2_731) }), 422)
  t.equal(await status({ a: [1, 'x'.repeat(16_378)] }), 200, 'brackets, quotes and commas count')
  t.equal(await status({ a: [1, 'x'.repeat(16_379)] }), 422)
  t.equal(await status(JSON.parse(`{"a":${'['.repeat(1000)}${']'.repeat(1000)}}`)), 200, 'a thousand levels are written and read')
})

t.test('unknownFields: "ignore" accepts and drops what cannot be set', async t => {
  const app = startApp(t, { unknownFields: 'ignore' })
  const response = await update(app, 'ses_pending', { status: 'completed', externalRef: 'kept', nonsense: 1 })
  t.equal(response.statusCode, 200)
  t.match(response.json(), { status: 'pending', external_ref: 'kept' })
  t.notOk('nonsense' in response.json<object>())
  t.equal((await update(app, 'ses_pending', { external_ref: 1 })).statusCode, 422, 'what can be set is still checked')
  await update(app, 'ses_pending', { external_ref: 'a', one: 1 }, { 'idempotency-key': 'k' })
  const replay = await update(app, 'ses_pending', { external_ref: 'a', two: 2 }, { 'idempotency-key': 'k' })
  t.equal(replay.headers['idempotent-replayed'], 'true', 'what was dropped is no parameter')
})

t.test('bodies that are not JSON, or too much of it', async t => {
  const app = startApp(t)
  t.same(errorOf(t, await update(app, 'ses_pending', '{"a":')),
    { error: 'bad_request', detail: 'Request body is not valid JSON.', status_code: 400 })
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/merge-patch+json', 'nonsense']) {
    t.same(errorOf(t, await update(app, 'ses_pending', '{}', { 'content-type': type })),
      { error: 'bad_request', detail: 'Unsupported content type. Send Content-Type: application/json.', status_code: 415 }, type)
  }
  t.equal((await update(app, 'ses_pending', '{}', { 'content-type': 'application/json; charset=utf-8' })).statusCode, 200)
  t.same(errorOf(t, await update(app, 'ses_pending', { metadata: { a: 'x'.repeat(1024 * 1024) } })),
    { error: 'bad_request', detail: 'Request body is larger than 1048576 bytes.', status_code: 413 })
  t.same(errorOf(t, await update(app, 'ses_pending', '{}', { 'content-length': '7' })).error, 'bad_request', 'a length that is not so')
})

t.test('the checks come in the order: key, version, other headers, JSON, body, idempotency, session, redaction', async t => {
  const app = startApp(t)
  await update(app, 'ses_pending', {}, { 'idempotency-key': 'used' })
  const bad = { 'x-api-key': 'nonsense', 'verifa-version': '2020-01-01', 'key-inflection': 'shouting', 'idempotency-key': 'used' }
  const steps: [fixed: Record<string, string | undefined>, body: unknown, id: string, status: number, error: string][] = [
    [{}, '{', 'ses_none', 401, 'unauthorized'],
    [{ 'x-api-key': 'vk_pub_live_a' }, '{', 'ses_none', 403, 'forbidden'],
    [{ 'x-api-key': SANDBOX_KEY }, '{', 'ses_none', 400, 'bad_request'],
    [{ 'x-api-key': SANDBOX_KEY, 'verifa-version': undefined }, '{', 'ses_none', 422, 'validation_error'],
    [{ 'x-api-key': SANDBOX_KEY, 'verifa-version': undefined, 'key-inflection': 'snake' }, '{', 'ses_none', 400, 'bad_request'],
    [{ 'x-api-key': SANDBOX_KEY, 'verifa-version': undefined, 'key-inflection': 'snake' }, '[]', 'ses_none', 422, 'validation_error'],
    [{ 'x-api-key': SANDBOX_KEY, 'verifa-version': undefined, 'key-inflection': 'snake' }, '{}', 'ses_none', 422, 'idempotency_mismatch'],
    [{ 'x-api-key': SANDBOX_KEY, 'verifa-version': undefined, 'key-inflection': 'snake', 'idempotency-key': 'new' }, '{}', 'ses_none',
      404, 'not_found'],
    [{ 'x-api-key': SANDBOX_KEY, 'verifa-version': undefined, 'key-inflection': 'snake', 'idempotency-key': 'new' }, '{}', 'ses_redacted',
      422, 'validation_error']
  ]
  for (const [fixed, body, id, status, error] of steps) {
    const response = await update(app, id, body, { ...bad, ...fixed })
    t.equal(response.statusCode, status)
    t.equal(errorOf(t, response).error, error)
  }
})

t.test('all problems of the headers are told at once', async t => {
  const app = startApp(t)
  const headers = { 'verifa-version': 'soon', 'key-inflection': 'loud', 'idempotency-key': 'x'.repeat(256) }
  t.same(errorOf(t, await update(app, 'ses_pending', {}, headers)).detail, [
    { loc: ['header', 'Verifa-Version'], msg: 'must be a calendar date, as 2026-01-01', type: 'date_parsing' },
    { loc: ['header', 'Key-Inflection'], msg: 'must be one of: snake, camel, kebab', type: 'enum' },
    { loc: ['header', 'Idempotency-Key'], msg: 'must have at most 255 characters', type: 'string_too_long' }
  ])
})

t.test('session ids are looked up as they are', async t => {
  const app = startApp(t)
  for (const id of ['ses_none', 'x', '__proto__', 'constructor', 'a%2Fb', 'x'.repeat(5000), '%F0%9F%A6%8A']) {
    t.same(errorOf(t, await update(app, id, {})), { error: 'not_found', detail: 'Session not found.', status_code: 404 }, id.slice(0, 20))
  }
})
