import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { FastifyInstance } from 'fastify'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { errors } from '../../src/contract/errors.js'
import { allClosed, Connection, type RawResponse } from '../connection.js'
import { listen, SANDBOX_KEY, startApp, stored, update } from '../helper.js'

// Bytes at the socket, also those that no HTTP client sends, and how connections end.

/** An update as bytes, with its headers and its body as given. */
function patch (headers: string, body = '', line = 'PATCH /sessions/ses_pending HTTP/1.1'): string {
  return `${line}\r\nX-API-Key: ${SANDBOX_KEY}\r\nContent-Type: application/json\r\n${headers}\r\n${body}`
}
const good = patch('Content-Length: 2\r\n', '{}')
const chunked = (body: string) => patch('Transfer-Encoding: chunked\r\n', body)
const x = (length: number) => 'x'.repeat(length)

/** All responses of a connection until it is closed: by the server alone, unless this side says that nothing more will come. */
async function responsesTo (app: FastifyInstance, bytes: string, end = true): Promise<RawResponse[]> {
  const connection = await Connection.open(app)
  connection.send(bytes)
  if (end) connection.hangUp('end')
  const responses: RawResponse[] = []
  for (let response; (response = await connection.response()) !== undefined;) responses.push(response)
  return responses
}

/** What is wrong with a response: each is a session, or an error in its shape. */
function oddity ({ status, headers, body }: RawResponse): string | undefined {
  if (headers['content-type'] !== 'application/json; charset=utf-8') return `content type ${String(headers['content-type'])}`
  const value = JSON.parse(body) as Record<string, unknown>
  // the session, the health, or what is at the mock's URL, to which spoilt bytes may lead
  if (status === 200) return value['id'] === 'ses_pending' || value['status'] === 'ok' || value['name'] === 'verifa-mock' ? undefined : body
  return (status < 500 || status === 501) && Object.keys(value).join() === 'error,detail,status_code' && value['status_code'] === status ? undefined : body
}

t.test('bytes that are HTTP, or nearly', async t => {
  const app = await listen(t)
  const cases: [name: string, bytes: string, ...statuses: number[]][] = [
    ['nothing', ''],
    ['a truncated request line', 'PATCH /sess', 400],
    ['truncated headers', 'PATCH /sessions/ses_pending HTTP/1.1\r\nX-API', 400],
    ['a truncated body', patch('Content-Length: 20\r\n', '{"extern'), 400],
    ['a truncated chunk', chunked('5\r\n{}'), 400],
    ['a request that is whole, and one that is not', good + patch('Content-Length: 20\r\n', '{"extern'), 200, 400],
    ['a truncated body of a length over the limit', patch('Content-Length: 2000000\r\n', '{'), 400],
    ['chunks over the limit', chunked(`200000\r\n${x(0x200000)}\r\n0\r\n\r\n`), 413],
    ['a length that is no number', patch('Content-Length: 99999999999999999999\r\n', '{}'), 400],
    ['a negative length', patch('Content-Length: -1\r\n', '{}'), 400],
    ['a length with a sign', patch('Content-Length: +2\r\n', '{}'), 400],
    ['a hexadecimal length', patch('Content-Length: 0x2\r\n', '{}'), 400],
    ['the same length twice', patch('Content-Length: 2\r\nContent-Length: 2\r\n', '{}'), 400],
    ['a list of lengths', patch('Content-Length: 2, 2\r\n', '{}'), 400],
    ['a length, and chunks', patch('Content-Length: 2\r\nTransfer-Encoding: chunked\r\n', '2\r\n{}\r\n0\r\n\r\n'), 400],
    ['chunks, and a length', patch('Transfer-Encoding: chunked\r\nContent-Length: 2\r\n', '2\r\n{}\r\n0\r\n\r\n'), 400],
    ['a coding that is not chunked', patch('Transfer-Encoding: gzip\r\n', '{}'), 400],
    ['a coding after chunked', patch('Transfer-Encoding: chunked, identity\r\n', '2\r\n{}\r\n0\r\n\r\n'), 400],
    ['a coding that looks like chunked', patch('Transfer-Encoding: xchunked\r\n', '2\r\n{}\r\n0\r\n\r\n'), 400],
    ['chunked twice', patch('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '2\r\n{}\r\n0\r\n\r\n'), 400],
    ['a negative chunk', chunked('-2\r\n{}\r\n0\r\n\r\n'), 400],
    ['a chunk of an impossible length', chunked('FFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n'), 400],
    ['a chunk longer than it says', chunked('2\r\n{}xx\r\n0\r\n\r\n'), 400],
    ['a chunk extension', chunked('2;a=b\r\n{}\r\n0\r\n\r\n'), 200],
    ['a very long chunk extension', chunked(`2;${x(20_000)}\r\n{}\r\n0\r\n\r\n`), 400],
    ['a trailer', chunked('2\r\n{}\r\n0\r\nX-A: b\r\n\r\n'), 200],
    ['trailers that are too long', chunked(`2\r\n{}\r\n0\r\nX-A: ${x(20_000)}\r\n\r\n`), 431],
    ['a path that is too long', patch('Content-Length: 2\r\n', '{}', `PATCH /sessions/${x(20_000)} HTTP/1.1`), 431],
    ['many headers', patch(`${'a:b\r\n'.repeat(900)}Content-Length: 2\r\n`, '{}'), 200],
    ['too many headers', patch(`${'a:b\r\n'.repeat(9000)}Content-Length: 2\r\n`, '{}'), 431],
    ['a folded header', patch('X-Fold: a\r\n b\r\nContent-Length: 2\r\n', '{}'), 400],
    ['a space before the colon', patch('Content-Length : 2\r\n', '{}'), 400],
    ['a header without a name', patch(': x\r\nContent-Length: 2\r\n', '{}'), 400],
    ['NUL in a header', patch('X-A: a\0b\r\nContent-Length: 2\r\n', '{}'), 400],
    ['NUL in the name of a header', patch('X\0A: b\r\nContent-Length: 2\r\n', '{}'), 400],
    ['NUL in the path', patch('Content-Length: 2\r\n', '{}', 'PATCH /sessions/\0 HTTP/1.1'), 400],
    ['NUL in the method', '\0PATCH / HTTP/1.1\r\n\r\n', 400],
    ['lines that end with LF alone', good.replaceAll('\r\n', '\n'), 400],
    ['CR in a header', patch('X-A: a\rb\r\nContent-Length: 2\r\n', '{}'), 400],
    ['empty lines before a request', `\r\n\r\n${good}`, 200],
    ['HTTP/0.9', 'GET /\r\n', 400],
    ['HTTP/0.9 by name', 'GET /nowhere HTTP/0.9\r\n\r\n', 404],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['an unknown version', 'GET / HTTP/3.7\r\n\r\n', 400],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['a whole URL', patch('Content-Length: 2\r\n', '{}', 'PATCH http://verifa.example/sessions/ses_pending HTTP/1.1'), 200],
    ['a whole URL of the control plane', 'GET http://127.0.0.1/_mock/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', 200],
    ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n', 404],
    ['a path without a slash', 'GET sessions HTTP/1.1\r\n\r\n', 400],
    ['a path with a space', 'GET /a b HTTP/1.1\r\n\r\n', 400],
    ['a path that is not ASCII', 'GET /sessions/\xc3\xbc HTTP/1.1\r\n\r\n', 400],
    ['an upgrade to HTTP/2', patch('Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\nContent-Length: 2\r\n', '{}'), 200],
    ['two requests together', good + good.replace('ses_pending', 'ses_none'), 200, 404],
    ['bytes that are not HTTP, and a request', `hello\r\n\r\n${good}`, 400],
    ['no host', patch('Content-Length: 2\r\n', '{}'), 200],
    ['an unknown expectation', patch('Content-Length: 2\r\nExpect: miracles\r\n', '{}'), 200],
    ['an upgrade to a web socket', patch('Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 2\r\n', '{}'), 200],
    ['HTTP/1.0', good.replace('HTTP/1.1', 'HTTP/1.0'), 200],
    ['a method that is not HTTP', 'FETCH / HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['a method that the mock does not know', 'PROPFIND / HTTP/1.1\r\nHost: x\r\n\r\n', 404],
    ['more than the length', `${good}xxxx`, 200, 400],
    ['a request in the body of another', patch(`Content-Length: ${good.length}\r\n`, good, 'PATCH /nowhere HTTP/1.1') + good, 404, 200]
  ]
  for (const [name, bytes, ...statuses] of cases) {
    t.test(`${name}: ${statuses.join(', ')}`, async t => {
      const responses = await responsesTo(app, bytes)
      t.same(responses.map(({ status }) => status), statuses)
      t.same(responses.map(oddity).filter(odd => odd !== undefined), [])
    })
  }
  t.equal((await responsesTo(app, good))[0]?.status, 200, 'the next client gets its response')
})

t.test('a request that was executed gets its response, also when bytes that are not HTTP follow', async t => {
  const app = await listen(t)
  const body = '{"external_ref":"executed"}'
  const responses = await responsesTo(app, `${patch(`Content-Length: ${body.length}\r\n`, body)}hello\r\n\r\n`)
  t.equal((await stored(app, 'ses_pending')).external_ref, 'executed')
  t.match(responses.map(({ body }) => JSON.parse(body) as object), [{ external_ref: 'executed' }, { error: 'bad_request' }])
  const late = patch('X-Mock-Fault: delay=20\r\nContent-Length: 2\r\n', '{}')
  const inOrder = await responsesTo(app, `${late}${good}${chunked('zz\r\n')}`, false)
  t.same(inOrder.map(({ status }) => status), [200, 200, 400], 'responses come in the order of their requests')

  const connection = await Connection.open(app)
  for (const bytes of [`${patch('X-Mock-Fault: delay=300\r\nContent-Length: 2\r\n', '{}')}hello\r\n\r\n`, 'and more']) {
    const refused = once(app.server, 'clientError')
    connection.send(bytes)
    await refused
  }
  t.equal((await connection.response())?.status, 200)
  t.equal((await connection.response())?.status, 400, 'however much follows, it is refused once')
  t.equal(await connection.rest(), '')
})

t.test('a request whose body breaks before it is refused has one response', async t => {
  const app = await listen(t)
  const connection = await Connection.open(app)
  const arrived = once(app.server, 'request')
  connection.send('PATCH /sessions/ses_pending HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n')
  await arrived
  connection.send('zz\r\n')
  t.equal((await connection.response())?.status, 400)
  t.equal(await connection.rest(), '')
})

t.test('a request without an own casing, since it is not HTTP, gets an error in the default casing', async t => {
  const app = await listen(t, { defaultKeyInflection: 'camel' })
  t.match((await responsesTo(app, 'hello\r\n\r\n'))[0]?.body, /"statusCode":400\}$/)
})

t.test('CONNECT is a 404, in its turn', async t => {
  const app = await listen(t)
  const tunnel = 'CONNECT verifa.example:443 HTTP/1.1\r\nHost: verifa.example\r\n\r\n'
  const [response] = await responsesTo(app, `${tunnel}hello`)
  t.match(JSON.parse(response?.body ?? '') as object, { error: 'not_found', detail: /^No route CONNECT verifa\.example:443\./, status_code: 404 })
  const late = patch('X-Mock-Fault: delay=20\r\nContent-Length: 2\r\n', '{}')
  t.same((await responsesTo(app, late + tunnel)).map(({ status }) => status), [200, 404])
})

t.test('a client that sends CONNECT and hangs up ends only its own connection', async t => {
  const app = await listen(t)
  const tunnel = 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n'
  for (const bytes of [tunnel, patch('X-Mock-Fault: delay=20\r\nContent-Length: 2\r\n', '{}') + tunnel]) {
    for (let turn = 0; turn < 20; turn++) {
      const connection = await Connection.open(app)
      connection.send(bytes)
      if (turn % 2 === 0) await new Promise(resolve => setImmediate(resolve))
      connection.hangUp()
    }
  }
  t.equal((await responsesTo(app, good))[0]?.status, 200)
})

t.test('a request that arrives byte by byte gets its response', async t => {
  const connection = await Connection.open(await listen(t))
  for (const byte of `${good}${chunked('1\r\n{\r\n1\r\n}\r\n0\r\n\r\n')}`) {
    connection.send(byte)
    await new Promise(resolve => setImmediate(resolve))
  }
  t.equal((await connection.response())?.status, 200)
  t.equal((await connection.response())?.status, 200)
  connection.hangUp()
})

t.test('a request that is not whole in time is a 408, and its connection is closed', async t => {
  const app = startApp(t, {})
  Object.assign(app.server, { requestTimeout: 60, headersTimeout: 60, connectionsCheckingInterval: 10 })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const slow = {
    'in the request line': 'PATCH /ses',
    'in the headers': 'PATCH / HTTP/1.1\r\nX-A',
    'in the body': patch('Content-Length: 20\r\n', '{'),
    'in a chunk': chunked('5\r\n{')
  }
  for (const [where, bytes] of Object.entries(slow)) {
    const connection = await Connection.open(app)
    connection.send(bytes)
    const response = await connection.response()
    t.same(JSON.parse(response?.body ?? '{}'), { error: 'bad_request', detail: 'Request was not received in time.', status_code: 408 }, where)
    t.equal(await connection.rest(), '', `${where}: closed`)
  }
  const both = await Connection.open(app)
  both.send(`${patch('X-Mock-Fault: delay=150\r\nContent-Length: 2\r\n', '{}')}PATCH /ses`)
  t.equal((await both.response())?.status, 200, 'a response that takes longer is not cut')
  t.equal((await both.response())?.status, 408)
  t.equal((await update(app, 'ses_pending', {})).statusCode, 200, 'the next client gets its response')
})

t.test('a client has 30 seconds to send a request, and an idle connection is never closed', async t => {
  const app = await listen(t)
  const timeouts = { requestTimeout: 30_000, headersTimeout: 30_000, connectionsCheckingInterval: 5_000, keepAliveTimeout: 0 }
  t.match(app.server, timeouts)
  const response = await fetch(`${app.url}/_mock/health`)
  t.equal(response.headers.get('connection'), 'keep-alive')
  t.equal(response.headers.get('keep-alive'), null)
})

t.test('a malformed request of an unknown kind is a 400, and a client that is gone gets no response', async t => {
  const app = await listen(t)
  for (const [code, status] of [[undefined, 400], ['ECONNRESET', undefined]] as const) {
    const connected = once(app.server, 'connection')
    const connection = await Connection.open(app)
    app.server.emit('clientError', Object.assign(new Error('odd'), { code }), (await connected)[0])
    t.equal((await connection.response())?.status, status)
    t.equal(await connection.rest(), '')
  }
})

/** A mock on two addresses, as for a `localhost` that has two. */
async function listenTwice (t: Test): Promise<{ app: FastifyInstance, port: number, addresses: string[] }> {
  const app = startApp(t, {})
  const addresses = ['127.0.0.1', '127.0.0.2']
  await app.listeners.listen(app, { host: 'localhost', port: 0 }, async () => addresses)
  return { app, port: (app.server.address() as AddressInfo).port, addresses }
}

t.test('all addresses of localhost behave alike', async t => {
  const { port, addresses } = await listenTwice(t)
  const requests = [
    good, 'hello\r\n\r\n', 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n', patch('Content-Length: 2\r\nExpect: miracles\r\n', '{}'),
    patch('Content-Length: 2\r\n', '{}'), patch(`X: ${x(20_000)}\r\nContent-Length: 2\r\n`, '{}')
  ]
  for (const bytes of requests) {
    const [one, other] = await Promise.all(addresses.map(async host => {
      const socket = connect(port, host)
      socket.end(bytes)
      const chunks = await socket.toArray() as Buffer[]
      return Buffer.concat(chunks).toString().replace(/^Date: .*$/m, '').replace(/"updated_at":"[^"]*"/, '')
    }))
    t.match(one, /^HTTP\/1\.1 \d+ [^]*\}$/)
    t.equal(other, one, bytes.slice(0, 60))
  }
})

t.test('an address of localhost that is in use is left out', async t => {
  const taken = createServer().listen(0, '127.0.0.2')
  await once(taken, 'listening')
  t.teardown(() => taken.close())
  const { port } = taken.address() as AddressInfo
  const app = startApp(t, {})
  await app.listeners.listen(app, { host: 'localhost', port }, async () => ['127.0.0.1', '127.0.0.2'])
  t.equal((await fetch(`http://127.0.0.1:${port}/_mock/health`)).status, 200)
})

t.test('localhost is looked up', async t => {
  const app = startApp(t, {})
  await app.listeners.listen(app, { host: 'localhost', port: 0 })
  t.equal((await fetch(`http://localhost:${(app.server.address() as AddressInfo).port}/_mock/health`)).status, 200)
})

t.test('no connection keeps the mock open, on whichever address', async t => {
  const { app, port, addresses } = await listenTwice(t)
  const connections: Record<string, string> = {
    'one that never sent a byte': '',
    'one with half a request line': 'PATCH /sess',
    'one with half of the headers': 'PATCH /sessions/ses_pending HTTP/1.1\r\nX-A',
    'one with half a body': patch('Content-Length: 20\r\n', '{'),
    'one with half of a body that is refused': patch('Content-Length: 20\r\n', '{').replace(SANDBOX_KEY, 'secret'),
    'one that is idle after a response': good
  }
  const ended: [name: string, end: Promise<unknown>][] = []
  for (const host of addresses) {
    for (const [name, bytes] of Object.entries(connections)) {
      const socket = connect(port, host).on('error', () => undefined)
      await once(socket, 'connect')
      socket.write(bytes)
      if (bytes === good) await once(socket, 'data')
      ended.push([name, new Promise(resolve => socket.resume().once('close', resolve))])
    }
  }
  await app.close()
  for (const [name, end] of ended) await t.resolves(end, name)
})

t.test('during the shutdown delay requests get their response, and only the readiness says that the mock ends', async t => {
  const app = await listen(t, { shutdownDelay: 54_321 })
  const ask = async (path: string) => {
    const response = await fetch(app.url + path)
    return { status: response.status, connection: response.headers.get('connection'), body: await response.json() as object }
  }
  t.match(await ask('/_mock/ready'), { status: 200, connection: 'keep-alive' })
  let delayIsOver: () => void = () => undefined
  const { setTimeout } = globalThis
  t.intercept(globalThis, 'setTimeout', {
    value: (...args: Parameters<typeof setTimeout>) => {
      if (args[1] !== 54_321) return setTimeout(...args)
      delayIsOver = args[0]
      return undefined
    }
  })
  const closed = app.close()
  t.match(await ask('/_mock/ready'), {
    status: 503, body: { error: 'internal_error', detail: 'The mock is shutting down.', status_code: 503 }
  })
  const connection = await Connection.open(app)
  connection.send(good)
  t.match(await connection.response(), { status: 200, headers: { connection: 'close' } }, 'over a new connection, which it asks to close')
  t.equal(await connection.rest(), '')
  t.match(await ask('/_mock/health'), { status: 200, body: { status: 'ok' } })
  delayIsOver()
  await closed
  await t.rejects(ask('/_mock/health'))
})

t.test('a mock that does not listen closes without the shutdown delay', async t => {
  const app = startApp(t, { shutdownDelay: 600_000 })
  await app.ready()
  await app.close()
  t.equal(app.listeners.closing, true)
})

t.test('a client that sent CONNECT and keeps its half of the connection does not keep the mock open', async t => {
  const app = await listen(t)
  const client = connect({ port: (app.server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true })
  t.teardown(() => client.destroy())
  client.write('CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n')
  await once(client.resume(), 'end')
  await app.close()
  t.pass('closed')
})

t.test('whatever bytes are sent, every response has the shape of the API, and the next client gets its response', async t => {
  const app = await listen(t, { inspector: false }) // spoilt bytes may lead to its page
  const request = fc.constantFrom(good, chunked('2\r\n{}\r\n0\r\n\r\n'), 'GET /_mock/health HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const bytes = fc.array(request, { minLength: 1, maxLength: 3 })
  const mutation = fc.record({
    at: fc.nat(600),
    removed: fc.nat(4),
    inserted: fc.oneof(
      fc.uint8Array({ maxLength: 3 }).map(bytes => Buffer.from(bytes).toString('latin1')),
      fc.constantFrom('\r\n', '\n', '\r', '\0', ' ', ':', ',', '0', 'Transfer-Encoding: chunked\r\n', 'Content-Length: 1\r\n', '\r\n\r\n', good)
    )
  })
  const mutate = (text: string, { at, removed, inserted }: typeof mutation extends fc.Arbitrary<infer T> ? T : never) => {
    const place = at % (text.length + 1)
    return text.slice(0, place) + inserted + text.slice(place + removed)
  }
  const known = new Set(Object.values(errors).map(([, status]) => status))
  const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 })
  const spoilt = fc.tuple(bytes, mutations).map(([texts, mutations]) => mutations.reduce(mutate, texts.join('')))
  await fc.assert(fc.asyncProperty(spoilt, async text => {
    const responses = await responsesTo(app, text)
    for (const response of responses) {
      const odd = known.has(response.status as never) || response.status === 200 ? oddity(response) : `status ${response.status}`
      if (odd !== undefined) throw new Error(odd)
    }
  }), { numRuns: Number(process.env['PROOF_RAW_RUNS'] ?? 200) })
  t.equal((await responsesTo(app, good))[0]?.status, 200)
  await allClosed(app)
})
