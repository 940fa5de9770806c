import t from 'tap'
import { type Session, version } from '../../src/index.js'
import { errorOf, LIVE_KEY, SANDBOX_KEY, startApp, update } from '../helper.js'

t.test('health needs no key and counts sessions', async t => {
  const app = startApp(t, { apiKeys: ['vk_live_only'] })
  const response = await app.inject('/_mock/health')
  t.equal(response.statusCode, 200)
  t.equal(response.body, `{"status":"ok","version":"${version}","sessions":${Array.from(app.workspaces.shared.store.all()).length}}`)
})

t.test('a session is removed, in whichever environment', async t => {
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

t.test('a call without a body is understood whatever it says of its content', async t => {
  const app = startApp(t)
  const headers = { 'content-type': 'application/json' }
  t.equal((await app.inject({ method: 'POST', url: '/_mock/reset', headers })).statusCode, 204)
  t.equal((await app.inject({ method: 'DELETE', url: '/_mock/clock', headers })).statusCode, 200)
  t.equal((await app.inject({ method: 'POST', url: '/_mock/sessions', headers })).statusCode, 422, 'where there is one to be, it is missing')
  t.equal((await app.inject({ method: 'POST', url: '/_mock/sessions', headers, payload: '{' })).statusCode, 400)
})

t.test('the clock is set and let go in one call', async t => {
  const app = startApp(t)
  const change = async (payload: object) => (await app.inject({ method: 'POST', url: '/_mock/clock', payload })).json<object>()
  t.same(await change({ set: '2027-01-01T00:00:00Z', advance: '1h', freeze: true }), { now: '2027-01-01T01:00:00.000Z', frozen: true })
  t.same(await change({ advance: '1m' }), { now: '2027-01-01T01:01:00.000Z', frozen: true })
  t.match(await change({ freeze: false }), { now: /^2027-01-01T01:01:00/, frozen: false })
  t.same(await change({ freeze: true, advance: '-1ms' }).then(state => Object.keys(state)), ['now', 'frozen'])
})

t.test('the clock goes as far as sessions do, to the millisecond', async t => {
  const app = startApp(t)
  const status = async (set: string) => (await app.inject({ method: 'POST', url: '/_mock/clock', payload: { set, freeze: true } })).statusCode
  t.equal(await status('0001-01-01T00:00:00.000Z'), 200)
  t.equal(await status('0000-12-31T23:59:59.999Z'), 422)
  t.equal(await status('9998-12-31T23:59:59.999Z'), 200)
  t.equal(await status('9999-01-01T00:00:00.000Z'), 422)
})

t.test('seeding', async t => {
  const app = startApp(t)
  const seed = async (payload: object, apiKey?: string) => app.inject({
    method: 'POST', url: '/_mock/sessions', payload, headers: apiKey === undefined ? {} : { 'x-api-key': apiKey }
  })

  t.test('one session is answered complete, and can be updated', async t => {
    const response = await seed({ id: 'ses_mine', status: 'capturing', metadata: { a: 1 } })
    t.equal(response.statusCode, 201)
    t.match(response.json(), { id: 'ses_mine', status: 'capturing', metadata: { a: 1 }, tags: [] })
    t.same((await update(app, 'ses_mine', { metadata: { b: 2 } })).json<Session>().metadata, { a: 1, b: 2 })
  })

  t.test('a list is answered as a list', async t => {
    const sessions = (await seed([{}, {}])).json<Session[]>()
    t.equal(sessions.length, 2)
    t.not(sessions[0]?.id, sessions[1]?.id)
    t.same((await seed([])).json(), [])
  })

  t.test('the environment is that of is_sandbox, else of the key, else the sandbox', async t => {
    const environment = async (fixture: object, apiKey?: string) => (await seed(fixture, apiKey)).json<Session>().environment
    t.equal(await environment({}), 'env_sandbox')
    t.equal(await environment({}, SANDBOX_KEY), 'env_sandbox')
    t.equal(await environment({}, LIVE_KEY), 'env_live')
    t.equal(await environment({}, 'vk_pub_live_a'), 'env_live')
    t.equal(await environment({ is_sandbox: true }, LIVE_KEY), 'env_sandbox')
    t.equal(await environment({ is_sandbox: false }), 'env_live')
  })

  t.test('what is wrong is refused whole', async t => {
    const before = app.workspaces.shared.store.size
    t.same(errorOf(t, await seed([{ id: 'ses_new' }, { id: 'ses_live_pending' }])),
      { error: 'conflict', detail: 'Session ses_live_pending exists already.', status_code: 409 })
    t.same(errorOf(t, await seed([{ id: 'ses_new' }, { status: 1, x: 1 }])).detail, [
      {
        loc: ['body', 1, 'x'], type: 'extra_forbidden',
        msg: 'is not a field here; the fields are id, status, is_sandbox, environment, created_at, updated_at, external_ref, metadata, ' +
          'country, checks, workflow_id, document_type, retention_status, processing_attempts, consent_ip, capture_url, ' +
          'token_expires_at, case_id, case_status, tags'
      },
      { loc: ['body', 1, 'status'], msg: 'must be a string', type: 'string_type' }
    ])
    t.same(errorOf(t, await seed([{ id: 'x' }, { id: 'x' }])).detail,
      [{ loc: ['body', 1, 'id'], msg: 'is also the id of a session before it: x', type: 'value_error' }])
    t.same(errorOf(t, await seed({ status: 'expired', token_expires_at: '2026-01-01T00:00:00Z' })).detail,
      [{ loc: ['body', 'token_expires_at'], msg: 'must be null unless the status is pending or capturing', type: 'value_error' }])
    t.same(errorOf(t, await seed({ id: '' })).detail, [{ loc: ['body', 'id'], msg: 'must not be empty', type: 'string_too_short' }])
    t.same(errorOf(t, await app.inject({ method: 'POST', url: '/_mock/sessions' })).detail,
      [{ loc: ['body'], msg: 'must be a JSON object', type: 'dict_type' }])
    t.equal(app.workspaces.shared.store.size, before, 'nothing was added')
  })
})
