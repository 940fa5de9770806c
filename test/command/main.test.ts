import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import t from 'tap'
import { connectVerifaMock, version } from '../../src/index.js'
import { logOf, run, serve } from './process.js'

async function patch (url: string, apiKey = 'vk_sandbox_abcdefghijkl'): Promise<Response> {
  return fetch(`${url}/sessions/ses_pending`, {
    method: 'PATCH', headers: { 'x-api-key': apiKey, 'content-type': 'application/json' }, body: '{"external_ref":"a"}'
  })
}

t.test('each command prints what it is asked for and ends with its exit code', async t => {
  const cases: [args: string[], code: number, out: RegExp, err: RegExp][] = [
    [['--help'], 0, /Usage: verifa-mock/, /^$/],
    [['help', 'conformance'], 0, /Usage: verifa-mock conformance --base-url/, /^$/],
    [['version'], 0, new RegExp(`^${version}\n$`), /^$/],
    [['--prot', '1'], 2, /^$/, /^--prot is not an option\. Did you mean --port\?\n/],
    [['openapi'], 0, /^\{\n {2}"openapi": "3\.1\.0"/, /^$/],
    [['--fixtures', '/nowhere'], 2, /^$/, /\/nowhere/],
    [['--host', '203.0.113.1'], 1, /^$/, /^203\.0\.113\.1 is not an address of this machine\./]
  ]
  for (const [args, code, out, err] of cases) {
    t.test(args.join(' '), async t => {
      const { ended, ...printed } = run(t, args)
      t.equal((await ended).code, code)
      t.match(printed.out(), out)
      t.match(printed.err(), err)
    })
  }
})

t.test('a mock logs JSON, first where it is, with a command that works; it masks keys and ends on SIGTERM', async t => {
  const mock = await serve(t)
  const [ready] = logOf(mock)
  const { stdout } = await promisify(execFile)('sh', ['-c', `${String(ready?.['try'])} --silent --show-error`])
  t.match(JSON.parse(stdout), { id: 'ses_pending', metadata: { plan: 'gold' } })
  t.equal((await patch(mock.url)).status, 200)
  mock.child.kill('SIGTERM')
  t.same(await mock.ended, { code: 0, signal: null }, 'with an idle connection open')
  const request = { msg: 'request', method: 'PATCH', url: '/sessions/ses_pending', status: 200 }
  t.match(logOf(mock), [{ url: mock.url }, request, { ...request, apiKey: 'vk_sandbox_…ijkl' }])
  t.notMatch(mock.out(), /abcdefgh/)
})

t.test('the command has what it loads only when it is needed, such as to send a request again', async t => {
  const { url } = await serve(t)
  await patch(url)
  t.match(await connectVerifaMock(url).resend(1), { id: 2, status: 200 })
})

/** Lets the mock say on standard error that it listens. */
const listening = 'data:text/javascript,import { Server } from "node:net"; const { listen } = Server.prototype; ' +
  'Server.prototype.listen = function (...args) { this.once("listening", () => console.error("listening")); return listen.apply(this, args) }'

t.test('with --log-level silent nothing is printed', async t => {
  const mock = run(t, ['--port', '0', '--log-level', 'silent'], {}, [`--import=${listening}`])
  await once(mock.child.stderr as Readable, 'data')
  mock.child.kill('SIGTERM')
  t.equal((await mock.ended).code, 0)
  t.equal(mock.out(), '')
})

t.test('trigger calls the mock of the same configuration', async t => {
  const mock = await serve(t, ['--control-token', 'secret'])
  const triggered = run(t, ['trigger', 'session.approved', '--control-token', 'secret'], { PORT: mock.port })
  t.equal((await triggered.ended).code, 1)
  t.equal(triggered.out(), 'No webhook endpoint wants session.approved.\n')
})

t.test('health asks the mock of the same configuration', async t => {
  const mock = await serve(t)
  const up = run(t, ['health'], { PORT: mock.port })
  t.equal((await up.ended).code, 0)
  t.match(up.out(), /returned 200 \{"status":"ok"/)
  mock.child.kill('SIGINT')
  t.equal((await mock.ended).code, 0, 'SIGINT ends it too')
  const down = run(t, ['health', '--port', mock.port])
  t.equal((await down.ended).code, 1)
  t.match(down.out(), /did not respond: /)
})

t.test('with --state a mock goes on after a restart where it ended', async t => {
  const state = `${t.testdir()}/state.json`
  const first = await serve(t, ['--state', state])
  t.equal((await patch(first.url)).status, 200)
  first.child.kill('SIGTERM')
  t.same(await first.ended, { code: 0, signal: null })
  const second = await serve(t, ['--state', state])
  const { external_ref: ref } = await (await fetch(`${second.url}/_mock/sessions/ses_pending`)).json() as { external_ref: string }
  t.equal(ref, 'a')
})

t.test('a mock that waits for its store ends at once on SIGTERM', async t => {
  const silent = createServer().listen(0, '127.0.0.1')
  t.teardown(() => silent.close())
  await once(silent, 'listening')
  const mock = run(t, ['--store', `redis://127.0.0.1:${(silent.address() as AddressInfo).port}`])
  const [connection] = await once(silent, 'connection') as [Socket]
  mock.child.kill('SIGTERM')
  t.same(await mock.ended, { code: 0, signal: null })
  t.equal(mock.out() + mock.err(), '')
  connection.destroy()
})

t.test('a port in use ends the mock with a sentence', async t => {
  const { port } = await serve(t)
  const second = run(t, ['--port', port], { VERIFA_MOCK_PROT: '1' })
  t.equal((await second.ended).code, 1)
  t.equal(second.err(), 'VERIFA_MOCK_PROT is not a variable of verifa-mock and is ignored. Did you mean VERIFA_MOCK_PORT?\n' +
  `Port ${port} of 127.0.0.1 is in use. Set --port to another port, or to 0 for a free one.\n`)
})

t.test('an uncaught error is printed on standard error and ends the mock with 1', async t => {
  const mock = await serve(t, [], ['--import=data:text/javascript,process.on("SIGWINCH", () => { throw new Error("a defect") })'])
  mock.child.kill('SIGWINCH')
  t.equal((await mock.ended).code, 1)
  t.match(mock.err(), /Error: a defect/)
})

t.test('conformance puts the session back on SIGINT and exits with 2 and a report of what it ran', async t => {
  const mock = await serve(t)
  const before = await (await patch(mock.url)).json() as { metadata: object, external_ref: string }
  const suite = run(t, ['conformance', '--base-url', mock.url, '--api-key', 'vk_sandbox_a', '--session-id', 'ses_pending', '--json'])
  while (!suite.err().includes('[4/')) await once(suite.child.stderr as NodeJS.ReadableStream, 'data')
  suite.child.kill('SIGINT')
  t.same(await suite.ended, { code: 2, signal: null })
  t.match(JSON.parse(suite.out()), { exit_code: 2, stopped: /^The run was interrupted\. \d+ of \d+ cases ran\.$/, leftovers: [] })
  t.match(suite.err(), /\nThe run was interrupted\. /)
  const after = await (await patch(mock.url)).json() as typeof before
  t.same([after.metadata, after.external_ref], [before.metadata, before.external_ref])
})
