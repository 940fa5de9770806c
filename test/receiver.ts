import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

/** A webhook that was received. */
interface Received {
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: string
}

/** How a receiver responds: with a status, or in any other way. */
type Responder = number | ((response: ServerResponse, received: Received) => void)

/** A receiver of webhooks on a free port. */
export interface Receiver {
  url: string
  /** What has come, the oldest first. */
  received: Received[]
  /** How it responds from now on. */
  respond: Responder
  /** Resolves when so many webhooks have come in all. */
  has: (count: number) => Promise<void>
  close: () => void
}

/** Starts a receiver, which responds with 200 until it is given something else, and ends with the test. */
export async function startReceiver (t: Pick<Test, 'teardown'>, respond: Responder = 200): Promise<Receiver> {
  const received: Received[] = []
  let wake: () => void = () => undefined
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => body += chunk)
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const one = { method, url, headers, body }
      received.push(one)
      wake()
      if (typeof receiver.respond === 'number') response.writeHead(receiver.respond).end('thanks')
      else receiver.respond(response, one)
    })
    request.on('error', () => undefined) // one that is cut off is not received
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  t.teardown(close)
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    respond,
    has: async count => {
      while (received.length < count) await new Promise<void>(resolve => wake = resolve)
    },
    close
  }
  return receiver
}
