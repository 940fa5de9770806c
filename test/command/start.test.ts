import { createServer, type AddressInfo } from 'node:net'
import t from 'tap'
import { explainFailedStart, listenError } from '../../src/command/failed-start.js'
import { askHealth, urlOf } from '../../src/command/health.js'
import { banner, type Ready, readyLine, type ReadyLine } from '../../src/command/ready-line.js'
import { someSessions } from '../../src/domain/workspace.js'
import { startVerifaMock } from '../../src/index.js'
import { StateFileError } from '../../src/stores/file-lock.js'
import { FixtureError } from '../../src/stores/fixture-files.js'
import { StoreError } from '../../src/stores/shared-store.js'
import { MemoryEngine } from '../stores/away.js'
import { storeWith } from '../domain/store-with.js'

t.test('a failed start is explained in a sentence that says what to do', async t => {
  const address = { host: '127.0.0.1', port: 80 }
  const explain = (code: string) => explainFailedStart(Object.assign(new Error(), { code }), address)
  t.same(explain('EADDRINUSE'), { exitCode: 1, message: 'Port 80 of 127.0.0.1 is in use. Set --port to another port, or to 0 for a free one.' })
  t.same(explain('EACCES'), { exitCode: 1, message: 'This user may not listen on port 80 of 127.0.0.1. Set --port to 1024 or more.' })
  const setHost = 'Set --host to 127.0.0.1, or to 0.0.0.0 for every IPv4 address.'
  t.same(explain('EADDRNOTAVAIL'), { exitCode: 1, message: `127.0.0.1 is not an address of this machine. ${setHost}` })
  t.same(explain('ENOTFOUND'), { exitCode: 1, message: `127.0.0.1 does not resolve to an address of this machine. ${setHost}` })
  t.same(explainFailedStart(new FixtureError('a.json: no'), address), { exitCode: 2, message: 'a.json: no' })
  t.same(explainFailedStart(new StateFileError('a.json is in use.'), address), { exitCode: 1, message: 'a.json is in use.' })
  t.same(explainFailedStart(new StoreError('The store cannot be reached.'), address), { exitCode: 1, message: 'The store cannot be reached.' })
  t.throws(() => explain('EWHATEVER'), { code: 'EWHATEVER' }, 'a defect is thrown')
})

t.test('in code, a port in use rejects with a sentence and the code of the system', async t => {
  const first = await startVerifaMock()
  t.teardown(() => first.close())
  const port = Number(new URL(first.url).port)
  await t.rejects(startVerifaMock({ port }), {
    message: `Port ${port} of 127.0.0.1 is in use. Set port to another port, or to 0 for a free one.`,
    code: 'EADDRINUSE',
    cause: { syscall: 'listen' }
  })
  const other = new Error('another one')
  t.equal(listenError(other, { host: 'x', port }), other)
})

t.test('the URL of an address', async t => {
  t.equal(urlOf('127.0.0.1', 1), 'http://127.0.0.1:1')
  t.equal(urlOf('localhost', 1), 'http://localhost:1')
  t.equal(urlOf('0.0.0.0', 1), 'http://127.0.0.1:1')
  t.equal(urlOf('::', 1), 'http://[::1]:1')
  t.equal(urlOf('fe80::1', 1), 'http://[fe80::1]:1')
})

t.test('the ready line', async t => {
  const session = { id: 'ses_1', is_sandbox: true, retention_status: 'active' } as const
  const lineOf = (ready: Partial<Ready> = {}) =>
    JSON.parse(readyLine({ url: 'http://x', version: '1.2.3', count: 1, sessions: [session], apiKeys: [], inspector: true, ...ready })) as ReadyLine

  t.test('names the URL, the docs and the number of sessions', async t => {
    t.match(lineOf(), { level: 30, time: Number, url: 'http://x', inspector: 'http://x/_mock/', docs: 'http://x/docs', sessions: 1, msg: 'verifa-mock 1.2.3 is ready at http://x' })
    const lines = banner(lineOf()).split('\n')
    t.match(lines, ['verifa-mock 1.2.3 is ready at http://x', /Inspector: +http:\/\/x\/_mock\/$/, /Docs: +http:\/\/x\/docs$/, /Sessions: +1$/, /Try: +curl -X PATCH http/])
    t.notMatch(banner(lineOf({ inspector: false })), 'Inspector')
  })

  t.test('tries a session that can be updated, and health where there is none', async t => {
    const update = (id: string, key: string) =>
      `curl -X PATCH http://x/sessions/${id} -H 'X-API-Key: ${key}' -H 'Content-Type: application/json' -d '{"metadata":{"plan":"gold"}}'`
    const cases: [ready: Partial<Ready>, command: string][] = [
      [{ sessions: [{ ...session, id: 'a', retention_status: 'redacted' }, { ...session, id: 'b' }] }, update('b', 'vk_sandbox_test')],
      [{ sessions: [{ ...session, id: 'l', is_sandbox: false }] }, update('l', 'vk_live_test')],
      [{ sessions: [{ ...session, id: 'needs\' quotes' }, { ...session, id: 'b' }] }, update('b', 'vk_sandbox_test')],
      [{ sessions: [] }, 'curl http://x/_mock/health'],
      [{ apiKeys: ['vk_sandbox_a'] }, 'curl http://x/_mock/health']
    ]
    for (const [ready, command] of cases) t.equal(lineOf(ready).try, command)
  })
})

t.test('the sessions of which one is tried: of a shared store the newest, the sandbox first', async t => {
  const mock = await startVerifaMock()
  t.teardown(() => mock.close())
  const { store } = mock.app.workspaces.shared.world
  const all = await mock.sessions()
  t.same(await someSessions(store), all)
  const some = await someSessions(storeWith(store, { isShared: true }))
  t.same(some.map(({ is_sandbox: isSandbox }) => isSandbox), all.map(({ is_sandbox: isSandbox }) => isSandbox))
  t.ok((some[0]?.created_at ?? '') >= (some[1]?.created_at ?? ''))
})

t.test('a server that is not a mock, or does not respond, is not healthy', async t => {
  const silent = createServer()
  const other = createServer(socket => socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno'))
  for (const server of [silent, other]) {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => server.close())
  }
  const ask = async (server: typeof silent, timeout?: number) =>
    askHealth({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, timeout)
  t.match(await ask(other), { ok: false, message: /returned 404 no$/ })
  t.match(await ask(silent, 10), { ok: false, message: /did not respond: no response within 10 ms$/ })
})

t.test('a mock whose store is away is not healthy', async t => {
  const engine = new MemoryEngine()
  const mock = await startVerifaMock({ store: engine.url })
  t.teardown(() => mock.close())
  const ask = async () => askHealth({ host: '127.0.0.1', port: Number(new URL(mock.url).port) })
  t.match(await ask(), { ok: true, message: /returned 200 \{"status":"ok"/ })
  engine.away = true
  t.match(await ask(), { ok: false, message: /returned 200 \{"status":"degraded"/ })
})
