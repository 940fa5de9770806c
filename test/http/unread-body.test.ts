import { once } from 'node:events'
import t from 'tap'
import { Connection } from '../connection.js'
import { listen, SANDBOX_KEY } from '../helper.js'

const MEBIBYTE = 1024 * 1024

// The response to a request whose body is not read: too large, or refused before.

t.test('fetch gets the response to a large body that is not read', async t => {
  const { url } = await listen(t)
  const cases: [name: string, status: number, path: string, apiKey: string][] = [
    ['too large', 413, '/sessions/ses_pending', SANDBOX_KEY],
    ['without a valid key', 401, '/sessions/ses_pending', 'secret'],
    ['to an unknown path', 404, '/nowhere', SANDBOX_KEY],
    ['to an operation that is not mocked', 501, '/events/endpoints', SANDBOX_KEY]
  ]
  // several times: a response that comes too early is lost only now and then
  for (const [size, times] of [[2, 3], [8, 2], [32, 1]] as const) {
    const body = Buffer.alloc(size * MEBIBYTE, 'x')
    for (const [name, status, path, apiKey] of size === 2 ? cases : cases.slice(0, 2)) {
      t.test(`${size} MiB ${name}: ${status}`, async t => {
        const method = status === 501 ? 'POST' : 'PATCH'
        for (let time = 0; time < times; time++) {
          const response = await fetch(url + path, { method, headers: { 'x-api-key': apiKey, 'content-type': 'application/json' }, body })
          t.equal(response.status, status)
          t.match(await response.json(), { status_code: status })
        }
      })
    }
  }
})

/** The head of an update with a body of a length, or of unknown length. */
function head (apiKey: string, length?: number): string {
  const framing = length === undefined ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`
  return `PATCH /sessions/ses_pending HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${apiKey}\r\nContent-Type: application/json\r\n${framing}\r\n\r\n`
}

for (const [name, status, apiKey] of [['too large', 413, SANDBOX_KEY], ['without a valid key', 401, 'secret']] as const) {
  t.test(`a client that sends everything before it reads gets the response to a body ${name}`, async t => {
    const app = await listen(t)
    for (const size of [2, 8, 32]) {
      const connection = await Connection.open(app)
      connection.send(head(apiKey, size * MEBIBYTE))
      connection.send(Buffer.alloc(size * MEBIBYTE, 'x'))
      t.equal((await connection.response())?.status, status, `${size} MiB`)
      // Fastify ends the connection of a 413
      if (status === 413) {
        t.equal(await connection.rest(), '')
        continue
      }
      connection.send(`${head(SANDBOX_KEY, 2)}{}`)
      t.equal((await connection.response())?.status, 200, 'the next request on the same connection')
      connection.hangUp()
    }
  })

  t.test(`a body in chunks ${name}`, async t => {
    const app = await listen(t)
    const connection = await Connection.open(app)
    connection.send(head(apiKey))
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(MEBIBYTE, 'x'), Buffer.from('\r\n')])
    for (let sent = 0; sent < 8; sent++) connection.send(chunk)
    connection.send('0\r\n\r\n')
    t.equal((await connection.response())?.status, status)
    connection.hangUp()
  })
}

t.test('of a body beyond 64 MiB the rest is not read: the connection closes after the response', async t => {
  const app = await listen(t)
  const connection = await Connection.open(app)
  connection.send(head('secret', 200 * MEBIBYTE))
  const part = Buffer.alloc(MEBIBYTE, 'x')
  for (let sent = 0; sent < 66; sent++) connection.send(part)
  const response = await connection.response()
  t.equal(response?.status, 401)
  t.equal(response?.headers['connection'], 'close')
  t.equal(await connection.rest(), '')
})

t.test('the rest of a body has five seconds: then the connection closes after the response', async t => {
  const app = await listen(t)
  let elapse: () => void = () => undefined
  const { setTimeout } = globalThis
  t.teardown(() => Object.assign(globalThis, { setTimeout }))
  Object.assign(globalThis, {
    setTimeout: (callback: () => void, milliseconds: number) => {
      if (milliseconds === 5_000) elapse = callback
      return setTimeout(callback, milliseconds)
    }
  })
  const connection = await Connection.open(app)
  const arrived = once(app.server, 'request')
  connection.send(`${head('secret', 100)}{`)
  await arrived
  elapse()
  const response = await connection.response()
  t.equal(response?.status, 401)
  t.equal(response?.headers['connection'], 'close')
  t.equal(await connection.rest(), '')
})

t.test('a client that is gone before its body is whole leaves a journal entry and nothing else', async t => {
  const app = await listen(t)
  const connection = await Connection.open(app)
  const arrived = once(app.server, 'request')
  connection.send(`${head('secret', 100)}{`)
  const [request] = await arrived as [NodeJS.ReadableStream]
  connection.hangUp()
  await new Promise(resolve => request.once('close', resolve))
  const { data } = (await app.inject('/_mock/requests')).json<{ data: object[] }>()
  t.match(data, [{ status: 401 }])
})

t.test('a request that needs no body can have one, and gets one response', async t => {
  const app = await listen(t)
  const requests: [method: string, path: string, status: number][] = [
    ['GET', '/', 200],
    ['GET', '/openapi.json', 200],
    ['GET', '/docs/', 200],
    ['GET', '/_mock/health', 200],
    ['GET', '/_mock/state', 200],
    ['GET', '/identities', 501],
    ['DELETE', '/_mock/faults', 204],
    ['POST', '/_mock/reset', 204],
    ['OPTIONS', '/nowhere', 404]
  ]
  const connection = await Connection.open(app)
  for (const [method, path, status] of requests) {
    connection.send(`${method} ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`)
    t.equal((await connection.response())?.status, status, `${method} ${path}`)
  }
  connection.hangUp()
})
