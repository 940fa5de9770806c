import { createServer, type AddressInfo } from 'node:net'
import t from 'tap'
import { explainFailedStart } from '../../src/command/failed-start.js'
import { askHealth, urlOf } from '../../src/command/health.js'
import { readyLine } from '../../src/command/ready-line.js'
import { FixtureError } from '../../src/sessions/fixture-files.js'
import { startApp } from '../helper.js'

t.test('why a start failed, in a sentence that says what to do', async t => {
  const address = { host: '127.0.0.1', port: 80 }
  const explain = (code: string) => explainFailedStart(Object.assign(new Error(), { code }), address)
  t.same(explain('EADDRINUSE'), { exitCode: 1, message: 'Port 80 of 127.0.0.1 is in use. Choose another with --port, or 0 for any free one.' })
  t.same(explain('EACCES'), { exitCode: 1, message: 'Port 80 of 127.0.0.1 is not open to this user. Choose one from 1024 on with --port.' })
  for (const code of ['EADDRNOTAVAIL', 'ENOTFOUND']) t.match(explain(code), { exitCode: 1, message: /^127\.0\.0\.1 is no address of this machine\./ })
  t.same(explainFailedStart(new FixtureError('a.json: no'), address), { exitCode: 2, message: 'a.json: no' })
  t.throws(() => explain('EWHATEVER'), { code: 'EWHATEVER' }, 'a defect is not explained away')
})

t.test('the URL of an address', async t => {
  t.equal(urlOf('127.0.0.1', 1), 'http://127.0.0.1:1')
  t.equal(urlOf('localhost', 1), 'http://localhost:1')
  t.equal(urlOf('0.0.0.0', 1), 'http://127.0.0.1:1')
  t.equal(urlOf('::', 1), 'http://[::1]:1')
  t.equal(urlOf('fe80::1', 1), 'http://[fe80::1]:1')
})

t.test('the ready line tries a session that can be updated, and health where there is none', async t => {
  const tried = (fixtures: object[], apiKeys: string[] = []) => {
    const app = startApp(t, { fixtures: t.testdir({ 'f.json': JSON.stringify(fixtures) }) })
    return readyLine('http://x', app.workspaces.shared.store, { apiKeys }).replace(/.* try: /, '')
  }
  const update = (id: string, key: string) =>
    `curl -X PATCH http://x/sessions/${id} -H 'X-API-Key: ${key}' -H 'Content-Type: application/json' -d '{"metadata":{"plan":"gold"}}'`
  t.equal(tried([{ id: 'a', retention_status: 'redacted' }, { id: 'b' }]), update('b', 'vk_sandbox_test'))
  t.equal(tried([{ id: 'l', is_sandbox: false }]), update('l', 'vk_live_test'))
  t.equal(tried([{ id: 'needs\' quotes' }, { id: 'b' }]), update('b', 'vk_sandbox_test'))
  t.equal(tried([]), 'curl http://x/_mock/health')
  t.equal(tried([{ id: 'a' }], ['vk_sandbox_a']), 'curl http://x/_mock/health')
})

t.test('a server that is no mock, or does not answer, is not healthy', async t => {
  const silent = createServer()
  const other = createServer(socket => socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno'))
  for (const server of [silent, other]) {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => server.close())
  }
  const ask = async (server: typeof silent, patience?: number) =>
    askHealth({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, patience)
  t.match(await ask(other), { ok: false, message: /answers 404 no$/ })
  t.match(await ask(silent, 10), { ok: false, message: /does not answer: no answer within 10 ms$/ })
})
