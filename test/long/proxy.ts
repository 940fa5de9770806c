import { once } from 'node:events'
import { createServer, type IncomingMessage, request as send, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

/** Forwards a request below a path to a mock, and its response as it comes: a stream of events has no end. */
export function forward (url: string, path: string, incoming: IncomingMessage, response: ServerResponse): void {
  const { method, headers, url: target = '' } = incoming
  const outgoing = send(url + target.slice(path.length), { method, headers }, received => {
    response.writeHead(received.statusCode as number, received.headers)
    response.flushHeaders()
    received.pipe(response)
    received.on('error', () => response.destroy())
  })
  outgoing.on('error', () => response.destroy())
  response.on('close', () => outgoing.destroy())
  incoming.pipe(outgoing)
}

/** Starts a server on a free port, which ends with the test. Returns its URL. */
export async function serve (t: Test, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
