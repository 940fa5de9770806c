import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import type { FastifyInstance } from 'fastify'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { allClosed, Connection, type RawAnswer } from './connection.js'
import { errors } from '../src/errors.js'
import { SANDBOX_KEY, startApp, stored, update } from './helper.js'

// Bytes at the socket that no client of HTTP would send: `http.test.ts` has the plain ones, here is what attackers and bad networks make.

async function listen (t: Test, timeouts: object = {}): Promise<FastifyInstance> {
  const app = startApp(t)
  Object.assign(app.server, timeouts)
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app
}

/** An update as bytes, with its headers and its body as they are given. */
function patch (headers: string, body = '', line = 'PATCH /sessions/ses_pending HTTP/1.1'): string {
  return `${line}\r\nX-API-Key: ${SANDBOX_KEY}\r\nContent-Type: application/json\r\n${headers}\r\n${body}`
}
const good = patch('Content-Length: 2\r\n', '{}')
const chunked = (body: string) => patch('Transfer-Encoding: chunked\r\n', body)
const x = (length: number) => 'x'.repeat(length)

/** All answers of a connection, until it is closed: by the server, if this end of it does not say that nothing more will come. */
async function answersTo (app: FastifyInstance, bytes: string, end = true): Promise<RawAnswer[]> {
  const connection = await Connection.open(app)
  connection.send(bytes)
  if (end) connection.hangUp('end')
  const answers: RawAnswer[] = []
  for (let answer; (answer = await connection.answer()) !== undefined;) answers.push(answer)
  return answers
}

/** What is wrong with an answer: every one is a session, or an error in its shape. */
function oddity ({ status, headers, body }: RawAnswer): string | undefined {
  if (headers['content-type'] !== 'application/json; charset=utf-8') return `content type ${String(headers['content-type'])}`
  const value = JSON.parse(body) as Record<string, unknown>
  if (status === 200) return value['id'] === 'ses_pending' || value['status'] === 'ok' ? undefined : body
  return status < 500 && Object.keys(value).join() === 'error,detail,status_code' && value['status_code'] === status ? undefined : body
}

t.test('bytes', async t => {
  const app = await listen(t)
  const cases: [name: string, bytes: string, ...statuses: number[]][] = [
    ['nothing', ''],
    ['a truncated request line', 'PATCH /sess', 400],
    ['truncated headers', 'PATCH /sessions/ses_pending HTTP/1.1\r\nX-API', 400],
    ['a truncated body', patch('Content-Length: 20\r\n', '{"extern'), 400],
    ['a truncated chunk', chunked('5\r\n{}'), 400],
    ['a request that is whole, and one that is not', good + patch('Content-Length: 20\r\n', '{"extern'), 200, 400],
    ['a length beyond the cap', patch('Content-Length: 2000000\r\n', '{'), 413],
    ['chunks beyond the cap', chunked(`200000\r\n${x(0x200000)}\r\n0\r\n\r\n`), 413],
    ['a length beyond numbers', patch('Content-Length: 99999999999999999999\r\n', '{}'), 400],
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
    ['a chunk beyond numbers', chunked('FFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n'), 400],
    ['a chunk longer than it says', chunked('2\r\n{}xx\r\n0\r\n\r\n'), 400],
    ['a chunk extension', chunked('2;a=b\r\n{}\r\n0\r\n\r\n'), 200],
    ['a flood of chunk extension', chunked(`2;${x(20_000)}\r\n{}\r\n0\r\n\r\n`), 400],
    ['a trailer', chunked('2\r\n{}\r\n0\r\nX-A: b\r\n\r\n'), 200],
    ['trailers beyond measure', chunked(`2\r\n{}\r\n0\r\nX-A: ${x(20_000)}\r\n\r\n`), 431],
    ['a path beyond measure', patch('Content-Length: 2\r\n', '{}', `PATCH /sessions/${x(20_000)} HTTP/1.1`), 431],
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
    ['HTTP/0.9 by name', 'GET / HTTP/0.9\r\n\r\n', 404],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['a version that there is not', 'GET / HTTP/3.7\r\n\r\n', 400],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['a whole URL', patch('Content-Length: 2\r\n', '{}', 'PATCH http://verifa.example/sessions/ses_pending HTTP/1.1'), 200],
    ['a whole URL of the control plane', 'GET http://127.0.0.1/_mock/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', 200],
    ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n', 404],
    ['a path without a slash', 'GET sessions HTTP/1.1\r\n\r\n', 400],
    ['a path with a space', 'GET /a b HTTP/1.1\r\n\r\n', 400],
    ['a path that is not ASCII', 'GET /sessions/\xc3\xbc HTTP/1.1\r\n\r\n', 400],
    ['an upgrade to HTTP/2', patch('Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\nContent-Length: 2\r\n', '{}'), 200],
    ['two requests at once', good + good.replace('ses_pending', 'ses_none'), 200, 404],
    ['no HTTP, and a request', `hello\r\n\r\n${good}`, 400],
    ['more than the length', `${good}xxxx`, 200, 400],
    ['a request in the body of another', patch(`Content-Length: ${good.length}\r\n`, good, 'PATCH /nowhere HTTP/1.1') + good, 404, 200]
  ]
  for (const [name, bytes, ...statuses] of cases) {
    t.test(`${name}: ${statuses.join(', ')}`, async t => {
      const answers = await answersTo(app, bytes)
      t.same(answers.map(({ status }) => status), statuses)
      t.same(answers.map(oddity).filter(odd => odd !== undefined), [])
    })
  }
  t.equal((await answersTo(app, good))[0]?.status, 200, 'and the next client is answered')
})

t.test('a request that was carried out is answered, though what comes behind it is no HTTP', async t => {
  const app = await listen(t)
  const body = '{"external_ref":"carried out"}'
  const answers = await answersTo(app, `${patch(`Content-Length: ${body.length}\r\n`, body)}hello\r\n\r\n`)
  t.equal(stored(app, 'ses_pending').external_ref, 'carried out')
  t.match(answers.map(({ body }) => JSON.parse(body) as object), [{ external_ref: 'carried out' }, { error: 'bad_request' }])
  const late = patch('X-Mock-Fault: delay=20\r\nContent-Length: 2\r\n', '{}')
  const inOrder = await answersTo(app, `${late}${good}${chunked('zz\r\n')}`, false)
  t.same(inOrder.map(({ status }) => status), [200, 200, 400], 'however long that takes')

  const connection = await Connection.open(app)
  for (const bytes of [`${patch('X-Mock-Fault: delay=300\r\nContent-Length: 2\r\n', '{}')}hello\r\n\r\n`, 'and more']) {
    const refused = once(app.server, 'clientError')
    connection.send(bytes)
    await refused
  }
  t.equal((await connection.answer())?.status, 200)
  t.equal((await connection.answer())?.status, 400, 'and however much comes meanwhile it is refused once')
  t.equal(await connection.rest(), '')
})

t.test('who asks for a tunnel is told that there is none', async t => {
  const app = await listen(t)
  const tunnel = 'CONNECT verifa.example:443 HTTP/1.1\r\nHost: verifa.example\r\n\r\n'
  const [answer] = await answersTo(app, `${tunnel}hello`)
  t.match(JSON.parse(answer?.body ?? '') as object, { error: 'not_found', detail: /^There is no CONNECT verifa\.example:443\./, status_code: 404 })
  const late = patch('X-Mock-Fault: delay=20\r\nContent-Length: 2\r\n', '{}')
  t.same((await answersTo(app, late + tunnel)).map(({ status }) => status), [200, 404], 'in its turn')
})

t.test('a client that asks for a tunnel and lets go ends nothing but its connection', async t => {
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
  t.equal((await answersTo(app, good))[0]?.status, 200)
})

t.test('a client that asked for a tunnel and keeps its half of the connection holds no mock that closes', async t => {
  const app = await listen(t)
  const client = connect({ port: (app.server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true })
  t.teardown(() => client.destroy())
  client.write('CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n')
  await once(client.resume(), 'end')
  await app.close()
  t.pass('closed')
})

t.test('a request that was refused before its broken body came has one answer', async t => {
  const app = await listen(t)
  const connection = await Connection.open(app)
  connection.send('PATCH /sessions/ses_pending HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n')
  t.equal((await connection.answer())?.status, 401)
  connection.send('zz\r\n')
  t.equal(await connection.rest(), '')
})

t.test('a byte at a time', async t => {
  const connection = await Connection.open(await listen(t))
  for (const byte of `${good}${chunked('1\r\n{\r\n1\r\n}\r\n0\r\n\r\n')}`) {
    connection.send(byte)
    await new Promise(resolve => setImmediate(resolve))
  }
  t.equal((await connection.answer())?.status, 200)
  t.equal((await connection.answer())?.status, 200)
  connection.hangUp()
})

t.test('what is not all there in time is a 408, and its connection is closed', async t => {
  const app = await listen(t, { requestTimeout: 60, headersTimeout: 60, connectionsCheckingInterval: 10 })
  const slow = {
    'in the request line': 'PATCH /ses',
    'in the headers': 'PATCH / HTTP/1.1\r\nX-A',
    'in the body': patch('Content-Length: 20\r\n', '{'),
    'in a chunk': chunked('5\r\n{')
  }
  for (const [where, bytes] of Object.entries(slow)) {
    const connection = await Connection.open(app)
    connection.send(bytes)
    const answer = await connection.answer()
    t.same(JSON.parse(answer?.body ?? '{}'), { error: 'bad_request', detail: 'Request was not received in time.', status_code: 408 }, where)
    t.equal(await connection.rest(), '', `${where}: closed`)
  }
  const both = await Connection.open(app)
  both.send(`${patch('X-Mock-Fault: delay=150\r\nContent-Length: 2\r\n', '{}')}PATCH /ses`)
  t.equal((await both.answer())?.status, 200, 'an answer that takes longer is not cut by what comes behind it')
  t.equal((await both.answer())?.status, 408)
  t.equal((await update(app, 'ses_pending', {})).statusCode, 200, 'and the next client is answered')
})

t.test('whatever bytes are sent, what comes back are answers in the shape of the API, and the next client is answered', async t => {
  const app = await listen(t)
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
    const answers = await answersTo(app, text)
    for (const answer of answers) {
      const odd = known.has(answer.status as never) || answer.status === 200 ? oddity(answer) : `status ${answer.status}`
      if (odd !== undefined) throw new Error(odd)
    }
  }), { numRuns: Number(process.env['PROOF_RAW_RUNS'] ?? 1000) })
  t.equal((await answersTo(app, good))[0]?.status, 200)
  await allClosed(app)
})
