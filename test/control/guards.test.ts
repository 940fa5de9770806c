import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import type { InjectOptions } from 'fastify'
import t from 'tap'
import { startVerifaMock } from '../../src/index.js'
import { errorOf, startApp, update } from '../helper.js'

t.test('only requests whose Host and Origin are the mock\'s are let in', async t => {
  const app = startApp(t, { host: '10.1.2.3', allowedHosts: ['verifa', 'Mock.internal'] })
  const ask = async (headers: Record<string, string>, path = '/_mock/sessions') =>
    app.inject({ url: path, headers, remoteAddress: '127.0.0.1' } as InjectOptions)
  for (const host of ['localhost', 'LOCALHOST:4010', '127.0.0.1:4010', '127.9.9.9', '[::1]:4010', '10.1.2.3:80', 'verifa:4010', 'mock.internal']) {
    t.equal((await ask({ host })).statusCode, 200, host)
  }
  for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:4010', '10.1.2.4']) {
    t.same(errorOf(t, await ask({ host })),
      { error: 'forbidden', detail: `Host "${host.replace(':4010', '')}" is not allowed. Add it with --allowed-host ${host.replace(':4010', '')}.`, status_code: 403 })
  }
  await app.listen({ host: '127.0.0.1', port: 0 })
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  socket.write('GET /_mock/sessions HTTP/1.1\r\nConnection: close\r\n\r\n')
  t.match(String((await once(socket, 'data'))[0]), /^HTTP\/1\.1 403 [^]*Host \\"\\" is not allowed\. Add it with --allowed-host <name>\./, 'without a host')
  const host = 'localhost:4010'
  t.equal((await ask({ host, origin: 'http://localhost:4010' })).statusCode, 200, 'a page of the mock itself')
  for (const origin of ['https://evil.example', 'http://localhost:8080', 'null', '']) {
    t.same(errorOf(t, await ask({ host, origin })),
      { error: 'forbidden', detail: `Origin "${origin}" is another site. Web pages may not use the control plane.`, status_code: 403 })
  }
  t.notOk('access-control-allow-origin' in (await ask({ host })).headers, 'no CORS')
  t.equal((await ask({ host: 'evil.example' }, '/_mock/health')).statusCode, 200, 'health is for everybody')
  t.equal((await update(app, 'ses_pending', {}, { host: 'evil.example' })).statusCode, 200, 'the API is guarded by its keys')
})

t.test('what a browser sends for a page of another origin is refused', async t => {
  const app = startApp(t, {})
  const ask = async (headers: Record<string, string>, path = '/_mock/sessions') => app.inject({ url: path, headers })
  for (const site of ['same-origin', 'none']) t.equal((await ask({ 'sec-fetch-site': site })).statusCode, 200, site)
  for (const site of ['cross-site', 'same-site', 'same-origin, cross-site', 'Same-Origin', '']) {
    t.same(errorOf(t, await ask({ 'sec-fetch-site': site })),
      { error: 'forbidden', detail: `Sec-Fetch-Site is "${site}": another origin. Web pages may not use the control plane.`, status_code: 403 })
  }
  t.match(errorOf(t, await ask({ 'host': 'evil.example', 'origin': 'null', 'sec-fetch-site': 'cross-site' })).detail, /^Host/)
  t.match(errorOf(t, await ask({ 'origin': 'null', 'sec-fetch-site': 'cross-site' })).detail, /^Origin/)
  t.equal((await ask({ 'sec-fetch-site': 'cross-site' }, '/_mock/health')).statusCode, 200, 'health is for everybody')
  t.equal((await update(app, 'ses_pending', {}, { 'sec-fetch-site': 'cross-site' })).statusCode, 200, 'the API is guarded by its keys')
})

t.test('behind a proxy, the public URL is the mock\'s own, with or without the proxy\'s Host', async t => {
  const app = startApp(t, { publicUrl: 'https://Mock.example:8443/verifa/', allowedHosts: ['verifa'] })
  const ask = async (headers: Record<string, string>) => (await app.inject({ method: 'POST', url: '/_mock/reset', headers })).statusCode
  const origin = 'https://mock.example:8443'
  for (const host of ['mock.example:8443', 'MOCK.example', 'verifa:4010', 'localhost:4010']) t.equal(await ask({ host, origin }), 204, host)
  for (const origin of ['https://mock.example', 'http://mock.example:8443', 'https://mock.example.evil.example:8443', 'null']) {
    t.equal(await ask({ host: 'verifa:4010', origin }), 403, origin)
  }
  t.equal(await ask({ host: 'evil.example', origin }), 403)
  const six = startApp(t, { publicUrl: 'http://[FD00::1]:80' })
  t.equal((await six.inject({ url: '/_mock/clock', headers: { host: '[fd00::1]', origin: 'http://[fd00::1]' } })).statusCode, 200)
})

t.test('the address of the connection is allowed, whatever address was listened on', async t => {
  await using mock = await startVerifaMock({ host: '0.0.0.0' })
  t.equal((await fetch(`${mock.url}/_mock/clock`)).status, 200)
})

t.test('with a control token calls need it', async t => {
  await using mock = await startVerifaMock({ controlToken: 'secret' })
  const ask = async (authorization?: string) => mock.app.inject({ url: '/_mock/clock', headers: authorization === undefined ? {} : { authorization } })
  for (const authorization of [undefined, 'Bearer wrong', 'secret', 'Basic secret']) {
    t.same(errorOf(t, await ask(authorization)),
      { error: 'unauthorized', detail: 'Missing or wrong control token. Send it as Authorization: Bearer <token>.', status_code: 401 })
  }
  for (const authorization of ['Bearer secret', 'bearer secret']) t.equal((await ask(authorization)).statusCode, 200)
  t.ok((await mock.sessions()).length > 0, 'the embedded interface sends it')
  t.equal((await mock.app.inject('/_mock/health')).statusCode, 200)
})

t.test('without the control plane there are only health and readiness', async t => {
  const app = startApp(t, { control: false })
  t.equal((await app.inject('/_mock/health')).statusCode, 200)
  t.equal((await app.inject('/_mock/ready')).statusCode, 200)
  for (const path of ['/_mock/sessions', '/_mock/clock', '/_mock/requests']) {
    t.same(errorOf(t, await app.inject(path)),
      { error: 'not_found', detail: `No route GET ${path}. Nearest: GET /_mock/health, GET /_mock/ready. See GET /openapi.json.`, status_code: 404 })
  }
  t.equal((await update(app, 'ses_pending', {}, { 'x-mock-fault': 'status=500' })).statusCode, 200, 'no faults')
  t.same(await app.workspaces.shared.world.journal.list(), [], 'no journal')
  const { paths } = (await app.inject('/openapi.json')).json<{ paths: object }>()
  t.same(Object.keys(paths).filter(path => path.startsWith('/_mock/')), ['/_mock/health', '/_mock/ready'], 'nothing else in the OpenAPI document')
})
