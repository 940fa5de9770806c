import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Readable } from 'node:stream'
import t from 'tap'
import { version } from '../../src/index.js'
import { run, serve } from './process.js'

async function patch (url: string, apiKey = 'vk_sandbox_abcdefghijkl'): Promise<Response> {
  return fetch(`${url}/sessions/ses_pending`, {
    method: 'PATCH', headers: { 'x-api-key': apiKey, 'content-type': 'application/json' }, body: '{"external_ref":"a"}'
  })
}

t.test('words', async t => {
  const cases: [args: string[], code: number, out: RegExp, err: RegExp][] = [
    [['--help'], 0, /Usage: verifa-mock/, /^$/],
    [['--version'], 0, new RegExp(`^${version}\n$`), /^$/],
    [['conformance', '--help'], 0, /Usage: verifa-mock conformance --base-url/, /^$/],
    [['--prot', '1'], 2, /^$/, /^--prot is not an option\. The options are --port,/],
    [['openapi'], 0, /^\{\n {2}"openapi": "3\.1\.0"/, /^$/],
    [['--fixtures', '/nowhere'], 2, /^$/, /^\/nowhere: ENOENT/],
    [['--host', '203.0.113.1'], 1, /^$/, /^203\.0\.113\.1 is no address of this machine\./]
  ]
  for (const [args, code, out, err] of cases) {
    t.test(args.join(' '), async t => {
      const { ended, ...said } = run(t, args)
      t.equal((await ended).code, code)
      t.match(said.out(), out)
      t.match(said.err(), err)
    })
  }
})

t.test('it says where it is, with a curl that works; logs a line for each request; masks keys; and ends on SIGTERM', async t => {
  const mock = await serve(t)
  const ready = mock.out().split('\n').find(line => line.includes(' is ready at ')) ?? ''
  const command = ready.slice(ready.indexOf('curl '))
  const curl = spawn('sh', ['-c', `${command} --silent --show-error`])
  let answer = ''
  curl.stdout.on('data', chunk => {
    answer += String(chunk)
  })
  await once(curl, 'close')
  t.match(JSON.parse(answer), { id: 'ses_pending', metadata: { plan: 'gold' } })

  t.equal((await patch(mock.url)).status, 200)
  const began = Date.now()
  mock.child.kill('SIGTERM')
  t.same(await mock.ended, { code: 0, signal: null })
  t.ok(Date.now() - began < 1000, 'within a second, with an idle connection open')
  const lines = mock.out().split('\n').filter(line => line.startsWith('{')).map(line => JSON.parse(line) as Record<string, unknown>)
  const requests = lines.filter(({ msg }) => msg === 'request')
  t.match(requests, [{}, { method: 'PATCH', url: '/sessions/ses_pending', status: 200, apiKey: 'vk_sandbox_…ijkl' }])
  t.notMatch(mock.out(), /abcdefgh/, 'no key is written out')
})

t.test('with keys of one\'s own the curl needs none, and no key is told', async t => {
  const mock = await serve(t, ['--api-key', 'vk_sandbox_abcdefghijkl', '--log-level', 'warn'])
  t.match(mock.out(), /try: curl http:\/\/127\.0\.0\.1:\d+\/_mock\/health\n$/)
  t.equal((await patch(mock.url)).status, 200)
  t.equal((await patch(mock.url, 'vk_sandbox_another')).status, 401)
  t.notMatch(mock.out(), /abcdefgh/)
})

t.test('health asks the mock of the same configuration', async t => {
  const mock = await serve(t)
  const up = run(t, ['health'], { PORT: mock.port })
  t.equal((await up.ended).code, 0)
  t.match(up.out(), /answers 200 \{"status":"ok"/)
  mock.child.kill('SIGINT')
  t.equal((await mock.ended).code, 0, 'SIGINT ends it too')
  const down = run(t, ['health', '--port', mock.port])
  t.equal((await down.ended).code, 1)
  t.match(down.out(), /does not answer: /)
})

t.test('a port in use is told in a sentence', async t => {
  const { port } = await serve(t)
  const second = run(t, ['--port', port])
  t.equal((await second.ended).code, 1)
  t.equal(second.err(), `Port ${port} of 127.0.0.1 is in use. Choose another with --port, or 0 for any free one.\n`)
})

/** The beginning of an update whose body is still to come. */
function head (length: number): string {
  return 'PATCH /sessions/ses_pending HTTP/1.1\r\nHost: x\r\nX-API-Key: vk_sandbox_a\r\nContent-Type: application/json\r\n' +
    `Content-Length: ${length}\r\nExpect: 100-continue\r\n\r\n`
}

t.test('on SIGTERM answers in flight are finished; a second signal ends it at once', async t => {
  const mock = await serve(t)
  const body = '{"external_ref":"late"}'
  const socket = connect(Number(mock.port), '127.0.0.1')
  let answer = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    answer += chunk
  })
  await once(socket, 'connect')
  socket.write(head(body.length))
  await once(socket, 'data')
  t.match(answer, /^HTTP\/1\.1 100 /, 'the request has begun')
  mock.child.kill('SIGTERM')
  socket.write(body)
  await once(socket, 'close')
  t.match(answer, /HTTP\/1\.1 200 OK[^]*"external_ref":"late"/i)
  t.equal((await mock.ended).code, 0)

  for (const [signals, code, what] of [[1, 0, 'a client that does not go is cut off'], [2, 1, 'a second signal waits for nobody']] as const) {
    const stubborn = await serve(t)
    const open = connect(Number(stubborn.port), '127.0.0.1')
    open.on('error', () => undefined)
    open.write(head(2))
    await once(open, 'data')
    const closed = once(open, 'close')
    for (let sent = 0; sent < signals; sent++) stubborn.child.kill(sent === 0 ? 'SIGTERM' : 'SIGINT')
    await closed
    t.equal((await stubborn.ended).code, code, what)
  }
})

t.test('who does not read the log holds up neither answers nor the end, and who reads it late finds all of it', async t => {
  for (const readsLate of [true, false]) {
    const mock = await serve(t)
    const { stdout } = mock.child as { stdout: Readable }
    stdout.pause()
    const paths = Array.from({ length: 100 }, (_, index) => `/${index}${'x'.repeat(8_000)}`)
    // together far more than a pipe holds
    for (const path of paths) t.equal((await fetch(mock.url + path)).status, 404)
    if (readsLate) stdout.resume()
    const exit = once(mock.child, 'exit')
    mock.child.kill('SIGTERM')
    t.same(await exit, [0, null])
    if (!readsLate) continue
    await mock.ended
    const logged = mock.out().split('\n').filter(line => line.startsWith('{')).map(line => (JSON.parse(line) as { url: string }).url)
    t.same(logged, paths)
  }
})

t.test('a defect that nothing catches is told on standard error and ends the mock with 1', async t => {
  const mock = await serve(t, [], ['--import=data:text/javascript,process.on("SIGWINCH", () => { throw new Error("a defect") })'])
  mock.child.kill('SIGWINCH')
  t.equal((await mock.ended).code, 1)
  t.match(mock.err(), /Error: a defect/)
})

t.test('conformance: the report on standard output, progress on standard error, drift and failure as exit codes', async t => {
  const mock = await serve(t, ['--unknown-fields', 'ignore', '--default-key-inflection', 'kebab'])
  const words = (url: string, ...more: string[]) =>
    ['conformance', '--base-url', url, '--api-key', 'vk_sandbox_abcdefghijkl', '--session-id', 'ses_pending', ...more]
  const runs: [args: string[], code: number, out: RegExp, err: RegExp][] = [
    [words(mock.url, '--only', 'metadata:'), 0, /^Conformance of http:\S+, session ses_pending, key vk_sandbox_…ijkl\n/, /^\[1\/11\] ok {4}metadata: .*\n/],
    [words(mock.url, '--only', 'unknown member', '--json'), 0, /^\{\n {2}"base_url"[^]*"DECIDED": \{\n {6}"cases": 1,\n {6}"drift": 1/, /^\[1\/1\] DRIFT body: /],
    [words(mock.url, '--only', 'by default'), 1, /DOC: .* 1 cases, 1 drift\n/, /DRIFT casing: keys/],
    [words('http://127.0.0.1:1'), 2, /^$/, /^http:\/\/127\.0\.0\.1:1 does not answer: [^\n]+\.\n$/]
  ]
  for (const [args, code, out, err] of runs) {
    const { ended, ...said } = run(t, args)
    t.equal((await ended).code, code, args.join(' '))
    t.match(said.out(), out)
    t.match(said.err(), err)
    t.notMatch(said.out() + said.err(), /abcdefgh/, 'no key is written out')
  }
})

t.test('conformance: SIGINT puts the session back and ends it with 2, with a report of what was run', async t => {
  const mock = await serve(t)
  const before = await (await patch(mock.url)).json() as { metadata: object, external_ref: string }
  const suite = run(t, ['conformance', '--base-url', mock.url, '--api-key', 'vk_sandbox_a', '--session-id', 'ses_pending', '--json'])
  while (!suite.err().includes('[4/')) await once(suite.child.stderr as NodeJS.ReadableStream, 'data')
  suite.child.kill('SIGINT')
  t.same(await suite.ended, { code: 2, signal: null })
  t.match(JSON.parse(suite.out()), { exit_code: 2, stopped: /^It was interrupted\. \d+ of \d+ cases were run\.$/, leftovers: [] })
  t.match(suite.err(), /\nIt was interrupted\. /)
  const after = await (await patch(mock.url)).json() as typeof before
  t.same([after.metadata, after.external_ref], [before.metadata, before.external_ref])
})
