import { once } from 'node:events'
import { connect } from 'node:net'
import type { FastifyInstance, InjectOptions } from 'fastify'
import fc from 'fast-check'
import t from 'tap'
import { maskApiKey } from '../src/api-keys.js'
import type { AddressInfo } from 'node:net'
import { buildApp } from '../src/index.js'
import { advance, errorOf, SANDBOX_KEY, startApp, update } from './helper.js'

t.test('unknown paths and methods are a 404 that lists what there is, whatever comes with them', async t => {
  const app = startApp(t)
  const detail = (what: string) => `There is no ${what}. There is PATCH /api/v1/sessions/{session_id}, ` +
    'PATCH /sessions/{session_id}. GET /openapi.json describes them.'
  const requests: [what: string, request: InjectOptions][] = [
    ['GET /', { url: '/' }],
    ['GET /sessions/ses_pending', { url: '/sessions/ses_pending' }],
    ['POST /sessions', { method: 'POST', url: '/sessions', payload: '{"bad', headers: { 'content-type': 'application/json' } }],
    ['DELETE /api/v2/x?y=z', { method: 'DELETE', url: '/api/v2/x?y=z' }],
    ['OPTIONS /sessions/ses_pending', { method: 'OPTIONS', url: '/sessions/ses_pending' }],
    ['PUT /sessions/ses_pending', { method: 'PUT', url: '/sessions/ses_pending', payload: 'x', headers: { 'content-type': 'a/b' } }]
  ]
  for (const [what, request] of requests) {
    t.same(errorOf(t, await app.inject(request)), { error: 'not_found', detail: detail(what), status_code: 404 }, what)
  }
})

t.test('a path that cannot be decoded is a 400', async t => {
  const app = startApp(t)
  for (const path of ['/sessions/%', '/sessions/%zz', '/%E0%A4%A']) {
    t.same(errorOf(t, await app.inject(path)),
      { error: 'bad_request', detail: 'Request path has an invalid percent-encoding.', status_code: 400 })
  }
})

/** Sends bytes on a connection of their own, and answers with all that comes back until the server closes it. */
async function exchange (app: FastifyInstance, bytes: string): Promise<string> {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  let answer = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    answer += chunk
  })
  socket.on('error', () => undefined)
  socket.write(bytes)
  await once(socket, 'close')
  return answer
}

t.test('at the socket', async t => {
  const app = startApp(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const patch = (headers: string, body = '{}') =>
    `PATCH /sessions/ses_pending HTTP/1.1\r\nX-API-Key: ${SANDBOX_KEY}\r\nConnection: close\r\n${headers}\r\n${body}`
  const json = 'Content-Type: application/json\r\n'
  const cases: [name: string, bytes: string, status: number, detail: string | undefined][] = [
    ['no HTTP', 'hello\r\n\r\n', 400, 'Request is not valid HTTP.'],
    ['an unknown method', 'FETCH / HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'Request is not valid HTTP.'],
    ['two lengths', patch(`${json}Content-Length: 2\r\nContent-Length: 3\r\n`), 400, 'Request is not valid HTTP.'],
    ['a broken chunk', patch(`${json}Transfer-Encoding: chunked\r\n`, 'zz\r\n'), 400, 'Request is not valid HTTP.'],
    ['headers beyond measure', patch(`${json}X-Long: ${'x'.repeat(20_000)}\r\n`), 431, 'Request headers are too large.'],
    ['no host', patch(`${json}Content-Length: 2\r\n`), 200, undefined],
    ['an expectation that nobody knows', patch(`${json}Content-Length: 2\r\nExpect: miracles\r\n`), 200, undefined],
    ['chunks', patch(`${json}Transfer-Encoding: chunked\r\n`, '2\r\n{}\r\n0\r\n\r\n'), 200, undefined],
    ['an upgrade', patch(`${json}Content-Length: 2\r\nUpgrade: websocket\r\n`), 200, undefined],
    ['HTTP/1.0', patch(`${json}Content-Length: 2\r\n`).replace('HTTP/1.1', 'HTTP/1.0'), 200, undefined],
    ['a method that HTTP knows and this server does not', 'PROPFIND / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 404, undefined]
  ]
  for (const [name, bytes, status, detail] of cases) {
    t.test(`${name}: ${status}`, async t => {
      const answer = await exchange(app, bytes)
      const [head = '', body = ''] = answer.split('\r\n\r\n')
      t.match(head, new RegExp(`^HTTP/1\\.1 ${status} `))
      t.match(head, /content-type: application\/json; charset=utf-8/i)
      const value = JSON.parse(body) as Record<string, unknown>
      if (detail !== undefined) t.same(value, { error: 'bad_request', detail, status_code: status })
      else if (status === 404) t.equal(value['status_code'], 404)
      else t.equal(value['id'], 'ses_pending')
    })
  }
  t.equal((await update(app, 'ses_pending', {})).statusCode, 200, 'and the next client is answered')
})

t.test('a request that does not arrive in time is a 408', async t => {
  const app = startApp(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const answer = exchange(app, 'PATCH /sessions/ses_pending HTTP/1.1\r\n')
  const [socket] = await once(app.server, 'connection') as [NodeJS.EventEmitter]
  app.server.emit('clientError', Object.assign(new Error('timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), socket)
  t.match(await answer, /^HTTP\/1\.1 408 .*\{"error":"bad_request","detail":"Request was not received in time\.","status_code":408\}$/s)
})

t.test('what is no HTTP has no Key-Inflection: it is answered in the default casing', async t => {
  const app = startApp(t, { defaultKeyInflection: 'camel' })
  await app.listen({ port: 0, host: '127.0.0.1' })
  t.match(await exchange(app, 'hello\r\n\r\n'), /"statusCode":400}$/)
  const answer = exchange(app, 'PATCH /')
  const [socket] = await once(app.server, 'connection') as [NodeJS.EventEmitter]
  app.server.emit('clientError', new Error('of no known kind'), socket)
  t.match(await answer, /^HTTP\/1\.1 400 /)
})

t.test('a client that is gone is not answered', async t => {
  const app = startApp(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const answer = exchange(app, 'PATCH /sess')
  const [socket] = await once(app.server, 'connection') as [NodeJS.EventEmitter]
  app.server.emit('clientError', Object.assign(new Error('reset'), { code: 'ECONNRESET' }), socket)
  t.equal(await answer, '')
})

t.test('whatever comes, no answer is a 5xx, and every error is in the shape of the API', async t => {
  const app = startApp(t)
  const header = fc.stringMatching(/^[\x20-\x7e\xa0-\xff]{0,40}$/)
  const odd = fc.record({
    method: fc.constantFrom('PATCH', 'PATCH', 'PATCH', 'GET', 'POST', 'PUT', 'DELETE', 'HEAD'),
    url: fc.oneof(
      fc.constantFrom('/sessions/ses_pending', '/api/v1/sessions/ses_redacted', '/_mock/sessions', '/sessions/', '/sessions//'),
      fc.string({ unit: 'grapheme' }).map(id => `/sessions/${encodeURIComponent(id)}`),
      fc.webPath().map(path => `/sessions${path}`)
    ),
    headers: fc.record({
      'x-api-key': fc.oneof(fc.constant(SANDBOX_KEY), header),
      'content-type': fc.oneof(fc.constant('application/json'), header),
      'key-inflection': fc.oneof(fc.constantFrom('snake', 'camel', 'kebab'), header),
      'verifa-version': fc.oneof(fc.constant('2026-02-01'), header),
      'idempotency-key': header
    }, { requiredKeys: [] }),
    payload: fc.oneof(
      fc.json(),
      fc.string(),
      fc.record({ external_ref: fc.string(), metadata: fc.dictionary(fc.string(), fc.jsonValue()) }, { requiredKeys: [] })
        .map(body => JSON.stringify(body)),
      fc.constantFrom('{"__proto__":1}', '{"metadata":{"__proto__":{"x":null}}}', '{"constructor":{"prototype":1}}', 'null', '')
    )
  })
  await fc.assert(fc.asyncProperty(odd, async ({ method, url, headers, payload }) => {
    const sent = method === 'GET' || method === 'HEAD' ? { method, url, headers } : { method, url, headers, payload }
    const response = await app.inject(sent as InjectOptions)
    if (response.statusCode >= 500) return false
    if (response.statusCode < 400 || method === 'HEAD') return true
    const keys = Object.keys(response.json<object>()).map(key => key.toLowerCase().replace(/[_-]/, ''))
    return keys.join() === 'error,detail,statuscode' && Object.values(response.json<object>())[2] === response.statusCode
  }), { numRuns: 2000 })
})

t.test('a connection that is idle is not closed, and no answer says that it would be', async t => {
  const app = startApp(t)
  const response = await fetch(`${await app.listen({ port: 0, host: '127.0.0.1' })}/_mock/health`)
  t.equal(response.headers.get('connection'), 'keep-alive')
  t.equal(response.headers.get('keep-alive'), null)
  t.equal(app.server.keepAliveTimeout, 0)
})

t.test('an error of ours is a 500 that tells a client nothing, and the log everything', async t => {
  const lines: string[] = []
  const app = buildApp({ logLevel: 'error' }, { write: line => lines.push(line) })
  t.teardown(() => app.close())
  for (const statusCode of [undefined, 507]) {
    app.workspaces.shared.store.update = () => {
      throw Object.assign(new Error('the disk is on fire'), { statusCode })
    }
    const response = await update(app, 'ses_pending', {})
    t.equal(response.body, '{"error":"internal_error","detail":"Internal server error.","status_code":500}')
  }
  t.match(lines, [/the disk is on fire/, /the disk is on fire/])
  t.match(lines[0], /"url":"\/sessions\/ses_pending"/)
})

t.test('log lines', async t => {
  const lines: string[] = []
  const app = buildApp({}, { write: line => lines.push(line) })
  t.teardown(() => app.close())
  await update(app, 'ses_pending', {}, { 'idempotency-key': 'k' })
  await update(app, 'ses_pending', {}, { 'idempotency-key': 'k' })
  await update(app, 'ses_pending', {}, { 'x-api-key': undefined })
  await app.inject({ method: 'GET', url: '/sessions/%zz' })
  const line = { level: 30, method: 'PATCH', url: '/sessions/ses_pending', status: 200, ms: Number, apiKey: 'vk_sandbox_…7be2', msg: 'request' }
  await t.rejects(update(app, 'ses_pending', {}, { 'x-mock-fault': 'drop=after' }))
  await t.rejects(update(app, 'ses_pending', {}, { 'x-mock-fault': 'drop=before' }))
  await update(app, 'ses_pending', {}, { 'x-api-key': 'no-key-of-ours-9abc' })
  await app.inject('/openapi.json')
  t.match(lines.map(line => JSON.parse(line) as object), [
    line, { ...line, replayed: true }, { status: 401, error: 'unauthorized', detail: 'Missing API key. Send it in the X-API-Key header.' },
    { url: '/sessions/%zz', status: 400, detail: 'Request path has an invalid percent-encoding.' }, { ...line, fault: 'drop=after' },
    { status: null, fault: 'drop=before' }, { status: 401, apiKey: '…9abc' }, { url: '/openapi.json', status: 200 }
  ])
  t.notMatch(lines.join(''), new RegExp(SANDBOX_KEY))
})

t.test('a key in a URL, where it does not belong, is masked', async t => {
  const lines: string[] = []
  const app = buildApp({}, { write: line => lines.push(line) })
  t.teardown(() => app.close())
  await app.inject('/nowhere?api_key=vk_live_0123456789&x=vk_sandbox_abc')
  t.match(lines.join(''), /"url":"\/nowhere\?api_key=vk_live_…6789&x=vk_sandbox_…"/)
  t.match((await app.inject('/_mock/requests')).json(), { data: [{ path: '/nowhere?api_key=vk_live_…6789&x=vk_sandbox_…' }] })
})

t.test('a key is masked to its prefix and, where enough stays hidden, its last four characters', async t => {
  t.equal(maskApiKey('vk_sandbox_0123456789'), 'vk_sandbox_…6789')
  t.equal(maskApiKey('vk_pub_live_0123456789'), 'vk_pub_live_…6789')
  t.equal(maskApiKey('vk_live_01234567'), 'vk_live_…')
  t.equal(maskApiKey('password'), '…')
})

t.test('two apps in one process share nothing', async t => {
  const [one, two] = [startApp(t), startApp(t, { defaultKeyInflection: 'camel' })]
  await update(one, 'ses_pending', { external_ref: 'one' }, { 'idempotency-key': 'k' })
  advance(one, 1e9)
  const other = await update(two, 'ses_pending', {}, { 'idempotency-key': 'k' })
  t.match(other.json(), { externalRef: 'order-1001' })
  t.notOk('idempotent-replayed' in other.headers)
  t.ok(one.workspaces.shared.clock.now() - two.workspaces.shared.clock.now() > 9e8)
})
