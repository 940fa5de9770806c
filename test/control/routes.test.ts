import t from 'tap'
import { type Session, version } from '../../src/index.js'
import { advance, errorOf, LIVE_KEY, SANDBOX_KEY, startApp, stored, update } from '../helper.js'

// What mock.test.ts does not reach through the typed interface: statuses, problems, and calls that the interface does not make.

t.test('health needs no key and counts sessions', async t => {
  const response = await startApp(t, { apiKeys: ['vk_live_only'], fixtures: [{}, {}] }).inject('/_mock/health')
  t.equal(response.statusCode, 200)
  t.equal(response.body, `{"status":"ok","version":"${version}","sessions":2}`)
})

t.test('seeding', async t => {
  const app = startApp(t)
  const seed = async (payload: object, apiKey?: string) => app.inject({
    method: 'POST', url: '/_mock/sessions', payload, headers: apiKey === undefined ? {} : { 'x-api-key': apiKey }
  })

  t.test('returns one completed session for one', async t => {
    const response = await seed({ id: 'ses_mine', status: 'capturing', metadata: { a: 1 } })
    t.equal(response.statusCode, 201)
    t.match(response.json(), { id: 'ses_mine', status: 'capturing', metadata: { a: 1 }, tags: [] })
    t.same((await update(app, 'ses_mine', { metadata: { b: 2 } })).json<Session>().metadata, { a: 1, b: 2 })
  })

  t.test('returns a list for a list', async t => {
    const sessions = (await seed([{}, {}])).json<Session[]>()
    t.equal(sessions.length, 2)
    t.not(sessions[0]?.id, sessions[1]?.id)
    t.same((await seed([])).json(), [])
  })

  t.test('takes the environment of the fixture, else of the key, else the sandbox', async t => {
    const environment = async (fixture: object, apiKey?: string) => (await seed(fixture, apiKey)).json<Session>().environment
    t.equal(await environment({}), 'env_sandbox')
    t.equal(await environment({}, SANDBOX_KEY), 'env_sandbox')
    t.equal(await environment({}, LIVE_KEY), 'env_live')
    t.equal(await environment({}, 'vk_pub_live_a'), 'env_live')
    t.equal(await environment({ is_sandbox: true }, LIVE_KEY), 'env_sandbox')
    t.equal(await environment({ is_sandbox: false }), 'env_live')
  })

  t.test('adds nothing when something is wrong', async t => {
    const { store } = app.workspaces.shared.world
    const before = await store.count('sessions')
    t.same(errorOf(t, await seed([{ id: 'ses_new' }, { id: 'ses_live_pending' }])),
      { error: 'conflict', detail: 'Session ses_live_pending already exists.', status_code: 409 })
    t.match(errorOf(t, await seed([{ id: 'ses_new' }, { status: 1, x: 1 }])).detail, [
      { loc: ['body', 1, 'x'], msg: /^is not a field here; the fields are id, status, /, type: 'extra_forbidden' },
      { loc: ['body', 1, 'status'], msg: 'must be a string', type: 'string_type' }
    ])
    t.match(errorOf(t, await seed([{ id: 'x' }, { id: 'x' }])).detail, [{ loc: ['body', 1, 'id'], type: 'value_error' }])
    t.same(errorOf(t, await app.inject({ method: 'POST', url: '/_mock/sessions' })).detail,
      [{ loc: ['body'], msg: 'must be a JSON object', type: 'dict_type' }])
    t.equal(await store.count('sessions'), before)
  })
})

t.test('sessions are listed by the page, the newest first, of one environment', async t => {
  const app = startApp(t, { fixtures: [] })
  const at = (minute: number) => `2026-03-01T12:0${minute}:00.000Z`
  await app.inject({
    method: 'POST',
    url: '/_mock/sessions',
    payload: [
      ...[1, 2, 3].map(minute => ({ id: `ses_${minute}`, created_at: at(minute), status: minute === 2 ? 'failed' : 'pending' })),
      { id: 'ses_ref', created_at: at(0), external_ref: 'Order 7' },
      { id: 'ses_live', created_at: at(4), is_sandbox: false }
    ]
  })
  const list = async (query: string, apiKey?: string) => {
    const response = await app.inject({ url: `/_mock/sessions${query}`, headers: apiKey === undefined ? {} : { 'x-api-key': apiKey } })
    const { data, total } = response.json<{ data: Session[], total: number }>()
    return [data.map(({ id }) => id.replace('ses_', '')).join(' '), total]
  }

  t.test('all of them without a query', async t => {
    t.same(await list(''), ['1 2 3 ref live', 5])
    t.same(await list('?', LIVE_KEY), ['1 2 3 ref live', 5])
  })

  t.test('of the environment that the query says, else of that of the API key, else of the sandbox', async t => {
    t.same(await list('?limit=9'), ['3 2 1 ref', 4])
    t.same(await list('?limit=9', LIVE_KEY), ['live', 1])
    t.same(await list('?environment=live', SANDBOX_KEY), ['live', 1])
    t.same(await list('?environment=sandbox', LIVE_KEY), ['3 2 1 ref', 4])
  })

  t.test('those that match', async t => {
    t.same(await list('?status=pending&limit=2'), ['3 1', 3])
    t.same(await list('?q=ORDER'), ['ref', 1])
    t.same(await list('?q=ses_1'), ['1', 1])
    t.same(await list('?q='), ['3 2 1 ref', 4])
    t.same(await list('?external_ref=Order%207'), ['ref', 1])
    t.same(await list('?external_ref=order%207'), ['', 0])
    t.same(await list('?limit=2&offset=1'), ['2 1', 4])
    t.same(await list('?offset=3'), ['ref', 4])
    t.same(await list('?limit=0'), ['', 4])
  })

  t.test('fifty, unless the query says how many', async t => {
    const many = startApp(t, { fixtures: Array.from({ length: 1_001 }, () => ({})) })
    const count = async (query: string) => (await many.inject(`/_mock/sessions${query}`)).json<{ data: unknown[] }>().data.length
    t.same([await count('?q='), await count('?limit=1000'), await count('')], [50, 1_000, 1_001])
  })

  t.test('a wrong parameter is named', async t => {
    const wrong: [query: string, problem: object][] = [
      ['limit=1001', { loc: ['query', 'limit'], msg: 'must be 1000 or less' }],
      ['limit=-1', { loc: ['query', 'limit'], msg: 'must be 0 or more' }],
      ['offset=x', { loc: ['query', 'offset'], msg: 'must be a whole number' }],
      ['environment=test', { loc: ['query', 'environment'], msg: 'must be one of: live, sandbox' }],
      ['status=done', { loc: ['query', 'status'] }],
      ['colour=red', { loc: ['query', 'colour'], type: 'extra_forbidden' }]
    ]
    for (const [query, problem] of wrong) t.match(errorOf(t, await app.inject(`/_mock/sessions?${query}`)), { status_code: 422, detail: [problem] }, query)
  })
})

t.test('a session is read and replaced as a fixture', async t => {
  const app = startApp(t)
  const path = (id: string) => `/_mock/sessions/${id}/fixture`
  const replace = async (id: string, payload: object) => app.inject({ method: 'PUT', url: path(id), payload })

  t.test('and stays as it is when it is replaced by its own', async t => {
    const before = await app.inject('/_mock/state')
    const { sessions } = before.json<{ sessions: Session[] }>()
    for (const fixture of sessions) {
      const response = await app.inject(path(fixture.id))
      t.same(response.json(), fixture)
      t.equal((await app.inject({ method: 'PUT', url: path(fixture.id), headers: { 'content-type': 'application/json' }, payload: response.body })).statusCode, 200)
    }
    t.same((await app.inject('/_mock/state')).json<{ sessions: Session[] }>().sessions, sessions)
  })

  t.test('nothing changes when something is wrong', async t => {
    const before = await stored(app, 'ses_completed')
    const wrong: [id: string, payload: object, problem: object][] = [
      ['ses_completed', { id: 'ses_other' }, { loc: ['body', 'id'], msg: 'must be ses_completed, as in the path', type: 'value_error' }],
      ['ses_completed', { status: 'done' }, { loc: ['body', 'status'] }],
      ['ses_completed', { colour: 'red' }, { loc: ['body', 'colour'], type: 'extra_forbidden' }],
      ['ses_completed', { status: 'failed', capture_url: 'x' }, { loc: ['body', 'capture_url'] }],
      ['ses_completed', { status: 'failed', result: { session_id: 'ses_other' } }, { loc: ['body', 'result', 'session_id'] }],
      ['ses_completed', [{}], { loc: ['body'], msg: 'must be a JSON object' }]
    ]
    for (const [id, payload, problem] of wrong) t.match(errorOf(t, await replace(id, payload)), { status_code: 422, detail: [problem] })
    t.equal(await stored(app, 'ses_completed'), before)
    t.match(errorOf(t, await replace('ses_none', {})), { status_code: 404, detail: 'Session not found.' })
    t.match(errorOf(t, await app.inject(path('ses_none'))), { status_code: 404, detail: 'Session not found.' })
  })

  t.test('in its environment, unless the fixture says another', async t => {
    t.match((await replace('ses_live_pending', { status: 'failed' })).json(), { id: 'ses_live_pending', status: 'failed', is_sandbox: false })
    t.match((await replace('ses_live_pending', { id: 'ses_live_pending', is_sandbox: true })).json(), { environment: 'env_sandbox', status: 'pending' })
    t.equal((await update(app, 'ses_live_pending', {})).statusCode, 200)
  })

  t.test('and may be larger than a request to the API', async t => {
    const fields = Object.fromEntries(Array.from({ length: 3 }, (_, index) => [String(index), 'x'.repeat(1024 * 1000)]))
    t.equal((await replace('ses_bare', { fields })).statusCode, 200)
    t.same((await app.inject(path('ses_bare'))).json<{ fields: object }>().fields, fields)
  })
})

t.test('the capture URL of a session that is replaced begins with the public URL', async t => {
  const app = startApp(t, { publicUrl: 'https://mock.example' })
  const response = await app.inject({ method: 'PUT', url: '/_mock/sessions/ses_bare/fixture', payload: {} })
  t.match(response.json(), { capture_url: 'https://mock.example/verify/ses_bare' })
})

t.test('a session is removed, from whichever environment', async t => {
  const app = startApp(t)
  const remove = async (id: string) => app.inject({ method: 'DELETE', url: `/_mock/sessions/${id}` })
  for (const id of ['ses_pending', 'ses_live_pending']) {
    const response = await remove(id)
    t.equal(response.statusCode, 204)
    t.equal(response.body, '')
    t.same(errorOf(t, await remove(id)), { error: 'not_found', detail: 'Session not found.', status_code: 404 })
  }
  t.equal((await update(app, 'ses_pending', {})).statusCode, 404)
})

t.test('with isolation, calls that change what the API does need an API key', async t => {
  const app = startApp(t, { isolation: 'api-key' })
  const calls: [method: 'POST' | 'PUT', url: string, payload: object, status: number][] = [
    ['POST', '/_mock/sessions', { id: 'ses_mine' }, 201],
    ['PUT', '/_mock/state', { sessions: [{ id: 'ses_mine' }, { id: 'ses_bare' }] }, 204],
    ['POST', '/_mock/sessions/ses_bare/simulate', { action: 'approve' }, 200],
    ['PUT', '/_mock/sessions/ses_bare/status', { status: 'failed' }, 200],
    ['PUT', '/_mock/sessions/ses_bare/fixture', {}, 200],
    ['POST', '/_mock/sessions/ses_bare/redact', {}, 200],
    ['POST', '/_mock/faults', { then: { status: 503 } }, 201]
  ]
  for (const [method, url, payload, status] of calls) {
    t.same(errorOf(t, await app.inject({ method, url, payload })),
      { error: 'bad_request', detail: 'With --isolation api-key, send the X-API-Key whose workspace this call is for.', status_code: 400 }, url)
    t.equal((await app.inject({ method, url, payload, headers: { 'x-api-key': SANDBOX_KEY } })).statusCode, status)
  }
  t.equal((await update(app, 'ses_mine', {})).statusCode, 503)
  t.equal((await update(app, 'ses_mine', {})).statusCode, 200)
  t.equal((await app.inject('/_mock/sessions/ses_pending')).statusCode, 200, 'reading needs none')
  t.equal((await startApp(t).inject({ method: 'POST', url: '/_mock/sessions', payload: {} })).statusCode, 201, 'nor does anything without isolation')
})

t.test('with isolation, a call can choose the workspace by its ID', async t => {
  const app = startApp(t, { isolation: 'api-key' })
  const add = async (id: string, headers: Record<string, string>) => app.inject({ method: 'POST', url: '/_mock/sessions', payload: { id }, headers })
  const read = async (id: string, headers: Record<string, string>) => (await app.inject({ url: `/_mock/sessions/${id}`, headers })).statusCode
  for (const key of [LIVE_KEY, SANDBOX_KEY]) await app.inject({ url: '/sessions', headers: { 'x-api-key': key } })
  t.same(await app.workspaces.list(), [{ id: 'workspace_1', api_key: 'vk_live_…cd34' }, { id: 'workspace_2', api_key: 'vk_sandbox_…7be2' }])
  const headers = { 'x-mock-workspace': 'workspace_2' }
  t.equal((await add('ses_mine', headers)).statusCode, 201, 'it counts as an API key')
  t.equal(await read('ses_mine', headers), 200)
  t.equal((await update(app, 'ses_mine', {})).statusCode, 200)
  t.equal(await read('ses_mine', { 'x-mock-workspace': 'workspace_1' }), 404)
  t.equal(await read('ses_mine', {}), 404)
  t.equal((await add('ses_other', { ...headers, 'x-api-key': LIVE_KEY })).statusCode, 201)
  t.equal(await read('ses_other', { 'x-mock-workspace': 'workspace_1' }), 200, 'with both, the API key decides')
  for (const id of ['workspace_3', 'workspace_1, workspace_2', SANDBOX_KEY, '']) {
    t.same(errorOf(t, await add('ses_none', { 'x-mock-workspace': id })), { error: 'not_found', detail: `No workspace ${id}. It may have been evicted.`, status_code: 404 })
  }
  t.equal((await app.workspaces.list()).length, 2, 'none is made')
  t.equal((await startApp(t).inject({ url: '/_mock/clock', headers: { 'x-mock-workspace': 'workspace_9' } })).statusCode, 200, 'without isolation it is ignored')
})

t.test('a call without a body can have any content type', async t => {
  const app = startApp(t)
  const headers = { 'content-type': 'application/json' }
  t.equal((await app.inject({ method: 'POST', url: '/_mock/reset', headers })).statusCode, 204)
  t.equal((await app.inject({ method: 'DELETE', url: '/_mock/clock', headers })).statusCode, 200)
  t.equal((await app.inject({ method: 'POST', url: '/_mock/sessions', headers })).statusCode, 422, 'a body that is needed is missing')
  t.equal((await app.inject({ method: 'POST', url: '/_mock/sessions', headers, payload: '{' })).statusCode, 400)
})

t.test('the clock is set, moved and released in one call', async t => {
  const app = startApp(t)
  const change = async (payload: object) => (await app.inject({ method: 'POST', url: '/_mock/clock', payload })).json<object>()
  t.same(await change({ set: '2027-01-01T00:00:00Z', advance: '1h', freeze: true }), { now: '2027-01-01T01:00:00.000Z', frozen: true })
  t.same(await change({ advance: '1m' }), { now: '2027-01-01T01:01:00.000Z', frozen: true })
  t.match(await change({ freeze: false }), { now: /^2027-01-01T01:01:/, frozen: false })
  t.same(Object.keys(await change({ freeze: true, advance: '-1ms' })), ['now', 'frozen'])
})

t.test('the clock goes from year 1 to 9998, to the millisecond', async t => {
  const app = startApp(t)
  const status = async (set: string) => (await app.inject({ method: 'POST', url: '/_mock/clock', payload: { set, freeze: true } })).statusCode
  t.equal(await status('0001-01-01T00:00:00.000Z'), 200)
  t.equal(await status('0000-12-31T23:59:59.999Z'), 422)
  t.equal(await status('9998-12-31T23:59:59.999Z'), 200)
  t.equal(await status('9999-01-01T00:00:00.000Z'), 422)
})

t.test('a move of the clock that leads too far when its turn has come is refused', async t => {
  const app = startApp(t)
  const { timeline } = await app.workspaces.shared.enter()
  t.intercept(timeline, 'moveTo', { value: async () => false })
  const response = await app.inject({ method: 'POST', url: '/_mock/clock', payload: { advance: '1h' } })
  t.match(errorOf(t, response), { status_code: 422, detail: [{ loc: ['body', 'advance'] }] })
})

t.test('a move of the clock that leads too far only because another one comes first is refused, and moves nothing', async t => {
  const app = startApp(t)
  const change = async (payload: object) => app.inject({ method: 'POST', url: '/_mock/clock', payload })
  await change({ set: '2027-01-01T00:00:00Z', freeze: true })
  const [first, second] = await Promise.all([change({ set: '9998-12-31T00:00:00Z' }), change({ advance: '24h' })])
  t.same([first.statusCode, first.json()], [200, { now: '9998-12-31T00:00:00.000Z', frozen: true }])
  t.match(errorOf(t, second), { status_code: 422, detail: [{ loc: ['body', 'advance'] }] })
  t.same((await app.inject('/_mock/clock')).json(), first.json())
})

t.test('PUT /_mock/state names what is missing and what is misspelled', async t => {
  const app = startApp(t)
  const before = await stored(app, 'ses_pending')
  const put = async (payload: object) => errorOf(t, await app.inject({ method: 'PUT', url: '/_mock/state', payload })).detail
  t.match(await put({}), [{ loc: ['body', 'sessions'], msg: 'is required', type: 'missing' }])
  t.match(await put({ session: [], sessions: [] }), [{ loc: ['body', 'session'], type: 'extra_forbidden' }])
  t.equal(await stored(app, 'ses_pending'), before)
})

t.test('an idempotency key of an operation without a session has null for its ID', async t => {
  const app = startApp(t)
  const at = new Date().toISOString()
  const key = { key: 'k', api_key: 'vk_live_…', session_id: null, first_seen_at: at, replays: 0 }
  const result = { status: 200, body: await stored(app, 'ses_pending') }
  const saved = { ...key, api_key_digest: 'digest', operation: 'updateSession', body: {}, result }
  const restored = await app.inject({ method: 'PUT', url: '/_mock/state', payload: { sessions: [], idempotency_keys: [saved] } })
  t.equal(restored.statusCode, 204, restored.body)
  t.match((await app.inject('/_mock/idempotency-keys')).json(), { data: [key], total: 1, evicted: 0 })
})

t.test('idempotency keys are searched, and the newest are listed', async t => {
  const app = startApp(t)
  const keys = ['Order-1', 'order-2', SANDBOX_KEY]
  for (const key of keys) await update(app, key === 'order-2' ? 'ses_bare' : 'ses_pending', {}, { 'idempotency-key': key })
  const list = async (query: string) => {
    const { data, total } = (await app.inject(`/_mock/idempotency-keys?${query}`)).json<{ data: { key: string }[], total: number }>()
    return [data.map(({ key }) => key), total]
  }
  const masked = 'vk_sandbox_…7be2'
  t.same(await list(''), [['Order-1', 'order-2', masked], 3])
  t.same(await list('limit=2'), [['order-2', masked], 3])
  t.same(await list('limit=0'), [[], 3])
  t.same(await list('q=ORDER'), [['Order-1', 'order-2'], 2])
  t.same(await list('q=order&limit=1'), [['order-2'], 2])
  t.same(await list('q=Ses_Pending'), [['Order-1', masked], 2])
  t.same(await list(`q=${SANDBOX_KEY}`), [[], 0], 'what is masked is not found')
  for (const query of ['limit=x', 'limit=-1', 'colour=red']) {
    t.match(errorOf(t, await app.inject(`/_mock/idempotency-keys?${query}`)), { status_code: 422, detail: [{ loc: ['query', query.split('=')[0]] }] })
  }
  await advance(app, 24 * 60 * 60 * 1000)
  t.same(await list('q=order'), [[], 0], 'they have expired')
})

t.test('maxJournalEntries bounds the journal, which says how many requests were dropped', async t => {
  const app = startApp(t, { maxJournalEntries: 1 })
  for (let times = 0; times < 2; times++) await update(app, 'ses_pending', {})
  const list = async () => (await app.inject('/_mock/requests')).json<{ data: unknown[], total: number, dropped: number }>()
  t.match(await list(), { data: [{ id: 2 }], total: 1, dropped: 1 })
  const verified = await app.inject({ method: 'POST', url: '/_mock/requests/verify', payload: { count: 2 } })
  t.equal(verified.statusCode, 409)
  t.match(verified.json(), { error: 'conflict', detail: /^The result is unknown: 1 request was dropped from the journal\./, expected: 'exactly 2' })
  t.equal((await app.inject({ method: 'DELETE', url: '/_mock/requests' })).statusCode, 204)
  t.match(await list(), { data: [], total: 0, dropped: 0 })
})

t.test('an expectation that is nested too deep is refused', async t => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  const response = await startApp(t).inject({
    method: 'POST', url: '/_mock/requests/verify', headers: { 'content-type': 'application/json' }, payload: `{"match":{"body":${deep}}}`
  })
  t.equal(response.statusCode, 422)
})

t.test('a header of a fault that frames the response is refused', async t => {
  const app = startApp(t)
  const names = ['Content-Length', 'bad name', '__proto__']
  const headers = Object.fromEntries(names.map(name => [name, 'x']))
  const response = await app.inject({ method: 'POST', url: '/_mock/faults', payload: { then: { status: 500, headers } } })
  t.match(errorOf(t, response).detail, names.map(name => ({ loc: ['body', 'then', 'headers', name] })))
})

t.test('a malformed query is refused', async t => {
  const app = startApp(t)
  for (const [method, path] of [['GET', 'requests'], ['GET', 'requests/summaries'], ['DELETE', 'requests']] as const) {
    for (const status of ['abc', '4x', '6xx', '4XX']) {
      const response = await app.inject({ method, url: `/_mock/${path}?status=${status}` })
      t.match(errorOf(t, response).detail, [{ loc: ['query', 'status'], msg: 'must be a status such as 404, or 4xx' }])
    }
  }
  for (const query of ['limit=1', 'before=1', 'q=x']) t.equal((await app.inject({ method: 'DELETE', url: `/_mock/requests?${query}` })).statusCode, 422, query)
  for (const query of ['limit=x', 'before=-1']) t.equal((await app.inject(`/_mock/requests?${query}`)).statusCode, 422, query)
  t.equal((await app.inject('/_mock/requests?limit=0')).statusCode, 200)
})

t.test('an expectation has no class of statuses, and no search', async t => {
  for (const match of [{ status: '4xx' }, { q: 'x' }, { before: 1 }]) {
    t.equal((await startApp(t).inject({ method: 'POST', url: '/_mock/requests/verify', payload: { match } })).statusCode, 422)
  }
})

t.test('requests are listed in short', async t => {
  const app = startApp(t)
  for (const id of ['ses_pending', 'ses_none', 'ses_bare']) await update(app, id, { external_ref: 'a' })
  const list = async (path: string) => (await app.inject(`/_mock/requests${path}`)).json<{ data: object[], total: number, dropped: number }>()
  const { data, ...rest } = await list('/summaries?status=2xx')
  t.same(rest, { total: 2, dropped: 0 })
  t.match(data, [{ id: 1, session_id: 'ses_pending', status: 200 }, { id: 3, session_id: 'ses_bare' }])
  t.same(data.map(entry => ['request', 'response', 'changes', 'deliveries'].filter(name => name in entry)), [[], []])
  t.match(await list('/summaries?q=external_ref&limit=1&before=3'), { data: [{ id: 2 }], total: 3 })
  t.same((await list('?before=2')).data, [(await app.inject('/_mock/requests/1')).json()])
})

t.test('a request that is not in the journal is a 404', async t => {
  const app = startApp(t)
  await update(app, 'ses_pending', {})
  for (const id of ['2', '0', '-1', '01', '1.0', 'x', '%20']) t.equal((await app.inject(`/_mock/requests/${id}`)).statusCode, 404, id)
  t.same(errorOf(t, await app.inject('/_mock/requests/2')), { error: 'not_found', detail: 'No request 2 in the journal.', status_code: 404 })
})
