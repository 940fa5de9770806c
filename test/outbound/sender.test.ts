import dns from 'node:dns'
import { once } from 'node:events'
import fs from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import net from 'node:net'
import { syncBuiltinESMExports } from 'node:module'
import t, { type Test } from 'tap'
import type { WebhookRequest } from '../../src/domain/webhooks/sending.js'
import { createSender } from '../../src/outbound/sender.js'
import { startReceiver } from '../receiver.js'

const never = new AbortController().signal

function senderOf (t: Test, hosts: string[] = [], timeout = 30_000) {
  const sender = createSender({ hosts, timeout })
  t.teardown(() => sender.close())
  return async (url: string, parts: Partial<WebhookRequest> = {}, signal = never) =>
    sender.send({ url, headers: { 'Content-Type': 'application/json', 'X-Verifa-Delivery-Id': 'whd_a' }, body: '{"name":"ü"}', cut: false, ...parts }, signal)
}

/** Replaces a function of Node.js, also for those who import it by its name, until the test ends. */
function replace<T extends object> (t: Test, module: T, name: keyof T, value: unknown): void {
  const original = module[name]
  Object.assign(module, { [name]: value })
  syncBuiltinESMExports()
  t.teardown(() => {
    Object.assign(module, { [name]: original })
    syncBuiltinESMExports()
  })
}

/** Lets every name lead to some addresses. */
function resolveTo (t: Test, ...addresses: string[]): void {
  replace(t, dns, 'lookup', (_host: string, _options: object, callback: (error: null, found: object[]) => void) =>
    callback(null, addresses.map(address => ({ address, family: 4 }))))
}

t.test('a webhook is a POST with the exact body', async t => {
  const receiver = await startReceiver(t, 204)
  const send = senderOf(t)
  t.same(await send(receiver.url), { http_status: 204, error: null, final: false })
  t.match(receiver.received, [{
    method: 'POST', url: '/hook', body: '{"name":"ü"}', headers: { 'content-type': 'application/json', 'x-verifa-delivery-id': 'whd_a', 'content-length': '13' }
  }])
})

t.test('a connection is used again', async t => {
  const ports = new Set<unknown>()
  const receiver = await startReceiver(t, response => {
    ports.add(response.socket?.remotePort)
    response.end()
  })
  const send = senderOf(t)
  for (let count = 0; count < 3; count++) await send(receiver.url)
  t.equal(ports.size, 1)
})

t.test('a status that is not 2xx is a failure, and redirects are not followed', async t => {
  const receiver = await startReceiver(t, 500)
  const send = senderOf(t)
  t.same(await send(receiver.url), { http_status: 500, error: 'The receiver responded with 500.', final: false })
  receiver.respond = response => response.writeHead(302, { location: '/elsewhere' }).end()
  t.same(await send(receiver.url), { http_status: 302, error: 'The receiver responded with 302. Redirects are not followed.', final: false })
  t.equal(receiver.received.length, 2)
})

t.test('a receiver that does not respond in time has failed, and so has one that hangs up', async t => {
  const receiver = await startReceiver(t, () => undefined)
  t.same(await senderOf(t, [], 20)(receiver.url), { http_status: null, error: 'No response within 20 ms.', final: false })
  receiver.respond = response => response.destroy()
  t.match(await senderOf(t)(receiver.url), { http_status: null, error: /hang up/, final: false })
  const { url } = receiver
  receiver.close()
  t.match(await senderOf(t)(url), { http_status: null, error: /^connect ECONNREFUSED/, final: false })
})

t.test('the status is all that is wanted of a response, however long it is', async t => {
  let closed: Promise<unknown> | undefined
  const receiver = await startReceiver(t, response => {
    closed = once(response, 'close')
    const write = () => {
      while (response.write('x'.repeat(10_000)));
    }
    response.on('drain', write)
    write()
  })
  t.match(await senderOf(t)(receiver.url), { http_status: 200, error: null })
  await closed
  t.pass('the connection is closed')
})

t.test('a connection that the receiver has closed meanwhile is replaced', async t => {
  let first: ServerResponse | undefined
  const server = createServer((request, response) => {
    request.resume()
    if (first === undefined) {
      first = response
      response.end()
    } else if (response.socket === first.req.socket) {
      (response.socket as unknown as { resetAndDestroy: () => void }).resetAndDestroy()
    } else {
      response.end()
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const send = senderOf(t)
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  await send(url)
  t.match(await send(url), { http_status: 200, error: null })
})

t.test('a fault cuts the connection in the middle of the body', async t => {
  const chunks: Buffer[] = []
  const server = createServer(request => request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => undefined)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  const closed = new Promise(resolve => server.on('connection', socket => socket.on('close', resolve)))
  t.same(await senderOf(t)(url, { cut: true }), { http_status: null, error: 'A fault has cut the connection.', final: false })
  await closed
  t.equal(Buffer.concat(chunks).toString(), '{"name')
})

t.test('what is in flight ends with its signal, and nothing is sent after it', async t => {
  const receiver = await startReceiver(t, () => undefined)
  const stop = new AbortController()
  const sent = senderOf(t)(receiver.url, {}, stop.signal)
  await receiver.has(1)
  stop.abort()
  t.match(await sent, { http_status: null, error: 'The mock was closed or reset.' })
  t.match(await senderOf(t)(receiver.url, {}, stop.signal), { error: 'The mock was closed or reset.' })
  t.equal(receiver.received.length, 1)
})

t.test('the address that a name leads to decides, and the connection goes there', async t => {
  const receiver = await startReceiver(t)
  const { port } = new URL(receiver.url)
  const refused = (host: string) => ({ http_status: null, error: `Webhooks may not be sent to ${host}. Allow it with --webhook-host (webhookHosts).`, final: true })
  t.same(await senderOf(t)('http://192.0.2.1/'), refused('192.0.2.1'))
  t.same(await senderOf(t)('http://example.com/'), refused('example.com'))
  resolveTo(t, '192.0.2.1', '192.0.2.2')
  t.same(await senderOf(t)(`http://localhost:${port}/`), refused('localhost (192.0.2.1, 192.0.2.2)'))
  resolveTo(t, '169.254.169.254')
  t.same(await senderOf(t, ['*'])('http://metadata.example/'), refused('metadata.example (169.254.169.254)'))
  resolveTo(t, '169.254.169.254', '127.0.0.1')
  t.match(await senderOf(t, ['receiver.example'])(`http://receiver.example:${port}/`), { http_status: 200 }, 'what is refused is left out')
})

t.test('a name that leads nowhere is a failure', async t => {
  replace(t, dns, 'lookup', (host: string, _options: object, callback: (error: Error) => void) => callback(new Error(`getaddrinfo ENOTFOUND ${host}`)))
  t.match(await senderOf(t, ['receiver.example'])('http://receiver.example/'), { http_status: null, error: 'getaddrinfo ENOTFOUND receiver.example', final: false })
})

t.test('where only one address is tried, it is one that is allowed', async t => {
  const receiver = await startReceiver(t)
  net.setDefaultAutoSelectFamily(false)
  t.teardown(() => net.setDefaultAutoSelectFamily(true))
  resolveTo(t, '192.0.2.1', '127.0.0.1')
  t.match(await senderOf(t)(`http://localhost:${new URL(receiver.url).port}/`), { http_status: 200 })
})

t.test('the error names all addresses that were tried', async t => {
  const receiver = await startReceiver(t)
  receiver.close()
  resolveTo(t, '127.0.0.1', '127.0.0.2')
  const { port } = new URL(receiver.url)
  const error = `connect ECONNREFUSED 127.0.0.1:${port}, connect ECONNREFUSED 127.0.0.2:${port}`
  t.match(await senderOf(t, ['receiver.example'])(`http://receiver.example:${port}/`), { error })
})

t.test('in a container the error says that localhost is the container', async t => {
  const receiver = await startReceiver(t)
  receiver.close()
  const send = senderOf(t)
  replace(t, fs, 'existsSync', () => false)
  t.match(await send(receiver.url), { error: `connect ECONNREFUSED ${new URL(receiver.url).host}` })
  replace(t, fs, 'existsSync', (file: string) => file === '/run/.containerenv')
  const { error } = await send(receiver.url)
  t.match(error, /^connect ECONNREFUSED [^ ]+\. In a container, 127\.0\.0\.1 is the container itself\..* use host\.docker\.internal/)
})

t.test('https is spoken too', async t => {
  const receiver = await startReceiver(t)
  const send = senderOf(t)
  const url = receiver.url.replace('http:', 'https:')
  await send(url)
  t.match(await send(url), { http_status: null, error: /SSL|EPROTO|ECONNRESET|packet length/ })
})
