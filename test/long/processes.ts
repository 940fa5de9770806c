import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync, watch } from 'node:fs'
import { connect, type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { logOf, run, serve } from '../command/process.js'
import { until } from './until.js'

/** A connection with an update in flight, whose body is still to come. */
async function begin (t: Test, port: string, length: number): Promise<{ socket: Socket, received: () => string }> {
  const socket = connect(Number(port), '127.0.0.1')
  let received = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    received += chunk
  })
  socket.on('error', () => undefined)
  t.teardown(() => socket.destroy())
  socket.write('PATCH /sessions/ses_pending HTTP/1.1\r\nHost: x\r\nX-API-Key: vk_sandbox_a\r\nContent-Type: application/json\r\n' +
    `Content-Length: ${length}\r\nExpect: 100-continue\r\n\r\n`)
  while (!received.startsWith('HTTP/1.1 100 ')) await once(socket, 'data')
  return { socket, received: () => received }
}

/** Resolves when a mock with a shutdown delay has begun to close. */
async function isClosing ({ url }: { url: string }): Promise<void> {
  await until('it is not ready', async () => (await fetch(`${url}/_mock/ready`)).status === 503)
}

/** Makes sessions that are as large as sessions may be, so that to write them takes a while. */
async function seed (url: string, ...ids: string[]): Promise<void> {
  const body = JSON.stringify(ids.map(id => ({ id, metadata: { text: 'x'.repeat(8_000) } })))
  const response = await fetch(`${url}/_mock/sessions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  if (response.status !== 201) throw new Error(await response.text())
}

function idsIn (state: string): string[] {
  return (JSON.parse(readFileSync(state, 'utf8')) as { sessions: { id: string }[] }).sessions.map(({ id }) => id)
}

t.test('on SIGTERM requests in flight are finished', async t => {
  const mock = await serve(t)
  const body = '{"external_ref":"late"}'
  const { socket, received } = await begin(t, mock.port, body.length)
  mock.child.kill('SIGTERM')
  socket.write(body)
  await once(socket, 'close')
  t.match(received(), /HTTP\/1\.1 200 OK[^]*"external_ref":"late"/i)
  t.equal((await mock.ended).code, 0)
})

t.test('with a shutdown delay the mock responds after SIGTERM until the delay is over', async t => {
  const mock = await serve(t, ['--shutdown-delay', '2500'])
  mock.child.kill('SIGTERM')
  await isClosing(mock)
  t.equal((await fetch(`${mock.url}/_mock/health`)).status, 200)
  t.same(await mock.ended, { code: 0, signal: null })
  t.equal(logOf(mock).filter(({ url, status }) => url === '/_mock/health' && status === 200).length, 1)
})

t.test('a second signal ends the mock without waiting for requests in flight or the shutdown delay', async t => {
  const mock = await serve(t, ['--shutdown-delay', '600000'])
  await begin(t, mock.port, 2)
  mock.child.kill('SIGTERM')
  await isClosing(mock)
  mock.child.kill('SIGINT')
  t.equal((await mock.ended).code, 1)
})

t.test('a stalled log reader delays neither responses nor the end, and reads the log later', async t => {
  for (const readsLate of [true, false]) {
    const mock = await serve(t)
    const { stdout } = mock.child as { stdout: Readable }
    stdout.pause()
    const paths = Array.from({ length: 100 }, (_, index) => `/${index}${'x'.repeat(4_000)}`)
    // together more than a pipe holds
    for (const path of paths) t.equal((await fetch(mock.url + path)).status, 404)
    if (readsLate) stdout.resume()
    const exit = once(mock.child, 'exit')
    mock.child.kill('SIGTERM')
    t.same(await exit, [0, null])
    if (!readsLate) continue
    await mock.ended
    t.equal(logOf(mock).filter(({ msg }) => msg === 'request').length, paths.length)
  }
})

t.test('a second process on a state file is refused, and the first one goes on', async t => {
  const dir = t.testdir({ 'broken.json': '{"sessions":[' })
  const state = ['--state', `${dir}/state.json`]
  const first = await serve(t, state)
  const second = run(t, ['--port', '0', ...state])
  t.equal((await second.ended).code, 1)
  t.equal(second.err(), `${dir}/state.json is in use by process ${first.child.pid}, according to ${dir}/state.json.lock. Stop that process, or use another file.\n`)
  const openapi = run(t, ['openapi', ...state])
  t.equal((await openapi.ended).code, 0, 'a command that only looks needs no lock')
  const broken = run(t, ['--port', '0', '--state', `${dir}/broken.json`])
  t.equal((await broken.ended).code, 2)
  t.match(broken.err(), /\/broken\.json: .*JSON.*\nThe state file was left as it is\./)
  t.equal(readFileSync(`${dir}/broken.json`, 'utf8'), '{"sessions":[')

  await seed(first.url, 'ses_first')
  first.child.kill('SIGTERM')
  t.equal((await first.ended).code, 0)
  t.same(readdirSync(dir).sort(), ['broken.json', 'state.json'])
  await seed((await serve(t, state)).url, 'ses_second')
  t.ok(idsIn(`${dir}/state.json`).includes('ses_first'))
})

t.test('requests in flight on SIGTERM are in the state file', async t => {
  const state = `${t.testdir()}/state.json`
  for (const host of ['127.0.0.1', 'localhost']) {
    const mock = await serve(t, ['--state', state, '--host', host])
    const body = JSON.stringify({ external_ref: host })
    const { socket, received } = await begin(t, mock.port, body.length)
    mock.child.kill('SIGTERM')
    socket.write(body)
    await once(socket, 'close')
    t.match(received(), /HTTP\/1\.1 200 OK/i)
    t.equal((await mock.ended).code, 0)
    t.match(readFileSync(state, 'utf8'), `"external_ref":"${host}"`)
  }
})

t.test('a state that cannot be written at the end makes the exit code 1', async t => {
  const dir = t.testdir({ folder: {} })
  const mock = await serve(t, ['--state', `${dir}/folder/state.json`])
  rmSync(`${dir}/folder`, { recursive: true })
  await seed(mock.url, 'ses_lost')
  mock.child.kill('SIGTERM')
  t.same(await mock.ended, { code: 1, signal: null })
  t.match(logOf(mock).at(-1), { level: 50, msg: /^The state could not be written to / })
})

t.test('a mock that is killed while it writes leaves a whole file, which the next one starts from', async t => {
  const dir = t.testdir()
  const state = `${dir}/state.json`
  let known: string[] = []
  for (let life = 0; life < 12; life++) {
    const mock = await serve(t, ['--state', state])
    const { data } = await (await fetch(`${mock.url}/_mock/sessions`)).json() as { data: { id: string }[] }
    const ids = new Set(data.map(({ id }) => id))
    t.ok(known.every(id => ids.has(id)), 'it has what was in the file')
    const watcher = watch(dir)
    await seed(mock.url, ...Array.from({ length: 200 }, (_, index) => `ses_${life}_${index}`))
    // a write makes about seven changes in the folder: each life ends at another one
    for (let change = 0; change <= life % 8; change++) await once(watcher, 'change')
    mock.child.kill('SIGKILL')
    watcher.close()
    t.same(await mock.ended, { code: null, signal: 'SIGKILL' })
    if (!existsSync(state)) continue
    const kept = new Set(idsIn(state))
    t.ok(known.every(id => kept.has(id)), 'and nothing of it is lost')
    known = [...kept]
  }
  t.ok(known.length > 200)
  const last = await serve(t, ['--state', state])
  last.child.kill('SIGTERM')
  t.equal((await last.ended).code, 0)
})

t.test('conformance prints its report on standard output, progress on standard error, and exits by what it found', async t => {
  const mock = await serve(t, ['--unknown-fields', 'ignore', '--default-key-inflection', 'kebab'])
  const words = (url: string, ...more: string[]) =>
    ['conformance', '--base-url', url, '--api-key', 'vk_sandbox_abcdefghijkl', '--session-id', 'ses_pending', ...more]
  const runs: [args: string[], code: number, out: RegExp, err: RegExp][] = [
    [words(mock.url, '--only', 'metadata:'), 0, /^Conformance of http:\S+, session ses_pending, key vk_sandbox_…ijkl\n/, /^\[1\/7\] ok {4}update-session\/metadata: .*\n/],
    [words(mock.url, '--only', 'unknown field', '--json'), 0, /^\{\n {2}"base_url"[^]*"DECIDED": \{\n {6}"cases": 1,\n {6}"drift": 1/, /^\[1\/1\] DRIFT update-session\/body: /],
    [words(mock.url, '--only', 'by default'), 1, /DOC: .* 1 case, 1 drifted\n/, /DRIFT casing: field names/],
    [words('http://127.0.0.1:1'), 2, /^$/, /^No response from http:\/\/127\.0\.0\.1:1: [^\n]+\n$/]
  ]
  for (const [args, code, out, err] of runs) {
    const { ended, ...printed } = run(t, args)
    t.equal((await ended).code, code, args.join(' '))
    t.match(printed.out(), out)
    t.match(printed.err(), err)
    t.notMatch(printed.out() + printed.err(), /abcdefgh/, 'no key is printed')
  }
})
