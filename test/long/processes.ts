import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { logOf, run, serve } from '../command/process.js'

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

t.test('a second signal ends the mock without waiting for requests in flight', async t => {
  const mock = await serve(t)
  await begin(t, mock.port, 2)
  mock.child.kill('SIGTERM')
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
