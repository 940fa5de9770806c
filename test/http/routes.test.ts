import t from 'tap'
import type { InjectOptions } from 'fastify'
import type { Options } from '../../src/options/options.js'
import { advance, errorOf, SANDBOX_KEY, startApp, startLogged, stored, update } from '../helper.js'

t.test('unknown paths and methods are a 404 with the nearest routes, whatever is sent with them', async t => {
  const app = startApp(t)
  const requests: [what: string, request: InjectOptions][] = [
    ['POST /', { method: 'POST', url: '/' }],
    ['GET /session/ses_pending', { url: '/session/ses_pending' }],
    ['PUT /sessions', { method: 'PUT', url: '/sessions', payload: '{"bad', headers: { 'content-type': 'application/json' } }],
    ['DELETE /api/v2/x?y=z', { method: 'DELETE', url: '/api/v2/x?y=z' }],
    ['OPTIONS /sessions/ses_pending', { method: 'OPTIONS', url: '/sessions/ses_pending' }],
    ['PUT /sessions/ses_pending', { method: 'PUT', url: '/sessions/ses_pending', payload: 'x', headers: { 'content-type': 'a/b' } }]
  ]
  for (const [what, request] of requests) {
    const { error, detail } = errorOf(t, await app.inject(request))
    t.equal(error, 'not_found', what)
    const [start, end] = [`No route ${what}. Nearest: `, '. See GET /openapi.json.']
    t.ok(typeof detail === 'string' && detail.startsWith(start) && detail.endsWith(end), what)
    t.match(detail.slice(start.length, -end.length), /^([A-Z]+ \/[\w/{}-]+(, |$)){3}$/, what)
  }
})

t.test('under /_mock the nearest routes are those of the control plane', async t => {
  const { detail } = errorOf(t, await startApp(t).inject({ method: 'POST', url: '/_mock/clock/advance' }))
  t.match(detail, /^No route POST \/_mock\/clock\/advance\. Nearest: POST \/_mock\/clock, /)
})

t.test('operations that Verifa has and the mock does not are a 501', async t => {
  const app = startApp(t)
  const operations: [method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT', path: string][] = [
    ['GET', '/api/v1/cases?x=1'],
    ['POST', '/api/v1/sessions/ses_none/resend-invite'],
    ['PUT', '/api/v1/events/evt_1'],
    ['GET', '/identities'],
    ['GET', '/sessions/ses_pending/documents']
  ]
  for (const [method, url] of operations) {
    t.same(errorOf(t, await app.inject({ method, url })),
      { error: 'not_implemented', detail: `verifa-mock does not mock ${method} ${url}.`, status_code: 501 }, `${method} ${url}`)
  }
  for (const url of ['/api/v1/session', '/api/v1/sessions/ses_pending/nothing', '/api/v2/cases']) {
    t.equal(errorOf(t, await app.inject(url)).error, 'not_found', url)
  }
})

t.test('a path that cannot be decoded is a 400', async t => {
  const app = startApp(t)
  for (const path of ['/sessions/%', '/sessions/%zz', '/%E0%A4%A']) {
    t.same(errorOf(t, await app.inject(path)),
      { error: 'bad_request', detail: 'Request path has an invalid percent-encoding.', status_code: 400 })
  }
})

t.test('a body that is not JSON is a 400, of another content type a 415', async t => {
  const app = startApp(t)
  t.same(errorOf(t, await update(app, 'ses_pending', '{"a":')),
    { error: 'bad_request', detail: 'Request body is not valid JSON.', status_code: 400 })
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/merge-patch+json', 'nonsense']) {
    t.same(errorOf(t, await update(app, 'ses_pending', '{}', { 'content-type': type })),
      { error: 'bad_request', detail: 'Unsupported content type. Send Content-Type: application/json.', status_code: 415 }, type)
  }
  t.equal((await update(app, 'ses_pending', '{}', { 'content-type': 'application/json; charset=utf-8' })).statusCode, 200)
  t.equal(errorOf(t, await update(app, 'ses_pending', '{}', { 'content-length': '7' })).error, 'bad_request', 'of another length than it says')
})

t.test('a body of more than a mebibyte is a 413, and of the control plane it may have more', async t => {
  const app = startApp(t)
  const body = { metadata: { a: 'x'.repeat(1024 * 1024) } }
  t.same(errorOf(t, await update(app, 'ses_pending', body)),
    { error: 'bad_request', detail: 'Request body is larger than 1048576 bytes.', status_code: 413 })
  const seeds = Array.from({ length: 100 }, () => ({ metadata: { a: 'x'.repeat(15_000) } }))
  t.equal((await app.inject({ method: 'POST', url: '/_mock/sessions', payload: seeds })).statusCode, 201)
})

t.test('the mock\'s URL leads a browser to the inspector, and tells a program the other URLs', async t => {
  const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
  const urls = { api: 'http://localhost:80/api/v1', docs: 'http://localhost:80/docs', openapi: 'http://localhost:80/openapi.json' }
  const cases: [options: Partial<Options>, location: string, body: object][] = [
    [{}, '_mock/', { ...urls, inspector: 'http://localhost:80/_mock/' }],
    [{ inspector: false }, 'docs', urls],
    [{ control: false }, 'docs', urls]
  ]
  for (const [options, location, body] of cases) {
    const app = startApp(t, options)
    const response = await app.inject({ url: '/', headers: html })
    t.equal(response.statusCode, 302)
    t.equal(response.headers.location, location)
    const { version } = (await app.inject('/_mock/health')).json<{ version: string }>()
    t.same((await app.inject({ url: '/', headers: { accept: '*/*' } })).json(), { name: 'verifa-mock', version, ...body })
  }
  t.match((await startApp(t, { publicUrl: 'https://mock.example/verifa' }).inject('/')).json(), { api: 'https://mock.example/verifa/api/v1' })
})

t.test('an unexpected error is a 500 without details, and the log has them', async t => {
  const { app, log } = startLogged(t, { logLevel: 'error' })
  for (const statusCode of [undefined, 507]) {
    app.workspaces.shared.world.store.transact = () => {
      throw Object.assign(new Error('the disk is on fire'), { statusCode })
    }
    const response = await update(app, 'ses_pending?key=vk_live_0123456789', {})
    t.equal(response.body, '{"error":"internal_error","detail":"Internal server error.","status_code":500}')
  }
  const line = { msg: 'unexpected error', reqId: String, method: 'PATCH', url: '/sessions/ses_pending?key=vk_live_…6789', err: { message: 'the disk is on fire' } }
  t.match(log(), [line, line])
})

t.test('a due item that cannot be carried out is in the log', async t => {
  const { app, lines, log } = startLogged(t, { logLevel: 'error' })
  const item = { id: 'due_1', at: 0, type: 'unknown', subject: 'ses_pending' }
  await app.workspaces.shared.world.store.transact({}, () => ({ puts: { due: [item] } }))
  while (lines.length === 0) await new Promise(resolve => setImmediate(resolve))
  t.match(log(), [{
    msg: 'a due item could not be carried out', type: 'unknown', subject: 'ses_pending', err: { message: 'no handler for due items of type unknown' }
  }])
})

t.test('two apps in one process share nothing', async t => {
  const [one, two] = [startApp(t), startApp(t, { defaultKeyInflection: 'camel' })]
  await update(one, 'ses_pending', { external_ref: 'one' }, { 'idempotency-key': 'k' })
  await advance(one, 1e9)
  const other = await update(two, 'ses_pending', {}, { 'idempotency-key': 'k' })
  t.match(other.json(), { externalRef: 'order-1001' })
  t.notOk('idempotent-replayed' in other.headers)
  const [first, second] = [one, two].map(app => app.workspaces.shared.world.clock.now()) as [number, number]
  t.ok(first - second > 9e8)
})

t.test('a fixture that was given in code is read back, and what the caller then changes is not', async t => {
  const fixture = { id: 'ses_mine', metadata: { plan: 'gold' } }
  const app = startApp(t, { fixtures: fixture })
  fixture.metadata.plan = 'changed'
  t.match(await stored(app, 'ses_mine'), { metadata: { plan: 'gold' }, status: 'pending' })
  t.equal((await app.inject({ method: 'PATCH', url: '/sessions/ses_mine', headers: { 'x-api-key': SANDBOX_KEY }, payload: {} })).statusCode, 200)
})
