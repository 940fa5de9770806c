import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import type { IncomingMessage, RequestListener, Server, ServerResponse as Response } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { KeyInflection } from '../contract/casing.js'
import { apiError, type ErrorName, JSON_TYPE } from '../contract/errors.js'
import { errorText } from './plugins/error-handler.js'

// not by `import`, which also loads fetch on Node.js 22 and later, and makes every start 50 ms longer
const { createServer, ServerResponse, STATUS_CODES } = process.getBuiltinModule('node:http')

/** How long requests in flight may take when the mock is closed, in milliseconds. */
const CLOSING_TIME = 750

/** How long a client may take to send a whole request, in milliseconds, and how often Node.js checks for requests that take longer. */
const REQUEST_TIMEOUT = 30_000
const TIMEOUT_INTERVAL = 5_000

/** The HTTP servers of a mock: one, and one more for each further address of `localhost`. All behave alike. */
export class Listeners {
  readonly #inflection: KeyInflection
  readonly #servers: Server[] = []
  #closed: Promise<unknown> | undefined
  #closing = false

  constructor (defaultKeyInflection: KeyInflection) {
    this.#inflection = defaultKeyInflection
  }

  /** Creates a server, for Fastify's `serverFactory`. */
  readonly create = (handler: RequestListener): Server => {
    const server = createServer({
      // a request without a Host header is not refused
      requireHostHeader: false,
      // the system detects connections whose client is gone
      keepAlive: true,
      requestTimeout: REQUEST_TIMEOUT,
      headersTimeout: REQUEST_TIMEOUT,
      connectionsCheckingInterval: TIMEOUT_INTERVAL,
      // idle connections stay open: a request on a connection that is being closed would fail with an error that is not the API's
      keepAliveTimeout: 0
    }, handler)
    // an unknown expectation is ignored, as RFC 9110 allows
    server.on('checkExpectation', handler)
    // Node.js would close the connection without a response; like every unknown method, CONNECT is a 404
    server.on('connect', (request: IncomingMessage, socket: Socket) => respondToConnect(handler, request, socket))
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => this.#respondToMalformed(error, socket))
    this.#servers.push(server)
    return server
  }

  /**
   * Listens on an address. For `localhost`, listens on each of its addresses, with the same port.
   * @param addressesOf finds the addresses of a host name
   */
  async listen (
    app: FastifyInstance, { host, port }: { host: string, port: number }, addressesOf: typeof lookupAll = lookupAll
  ): Promise<void> {
    await app.listen({ host, port })
    if (host !== 'localhost') return
    const main = app.server.address() as AddressInfo
    const addresses = await addressesOf(host)
    for (const address of addresses.filter(address => address !== main.address)) {
      const server = this.create((request, response) => app.routing(request, response))
      server.listen({ host: address, port: main.port })
      // an address that is in use is left out: the other one works
      await once(server, 'listening').catch(() => undefined)
    }
  }

  /** Whether the mock is being closed: a load balancer should send it no more requests. */
  get closing (): boolean {
    return this.#closing
  }

  /**
   * Begins to close, before Fastify closes the main server: waits for requests in flight for a while, then closes all connections.
   * @param delay how long requests are still accepted, in milliseconds; each response asks its client to close the connection
   */
  async close (delay: number): Promise<void> {
    this.#closing = true
    const listening = this.#servers.filter(server => server.listening)
    if (delay > 0 && listening.length > 0) await new Promise(resolve => setTimeout(resolve, delay))
    const closed = listening.map(async server => once(server, 'close'))
    for (const server of listening) {
      // a connection whose last response is sent while the server closes must not stay open until its client closes it
      server.keepAliveTimeout = 1
      server.closeIdleConnections()
    }
    for (const server of this.#servers.slice(1)) server.close()
    const timer = setTimeout(() => {
      for (const server of listening) server.closeAllConnections()
    }, CLOSING_TIME).unref()
    this.#closed = Promise.all(closed).then(() => clearTimeout(timer))
  }

  /** Resolves when all servers are closed. */
  async closed (): Promise<void> {
    await this.#closed
  }

  /** Responds to bytes that are not HTTP, after the requests before them, and closes the connection. */
  #respondToMalformed (error: NodeJS.ErrnoException, socket: Socket): void {
    if (error.code === 'ECONNRESET') {
      socket.destroy()
      return
    }
    afterPending(socket, hasResponse => {
      if (socket.writable && !hasResponse) {
        const failure = apiError(malformed[error.code ?? ''] ?? 'malformedHttp')
        const body = errorText(failure, this.#inflection)
        socket.write(`HTTP/1.1 ${failure.statusCode} ${String(STATUS_CODES[failure.statusCode])}\r\n` +
          `Content-Type: ${JSON_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`)
      }
      socket.destroy()
    })
  }
}

/** The addresses of a host name. */
async function lookupAll (host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address)
}

/** Node's codes of malformed requests that have an error of their own. */
const malformed: Record<string, ErrorName> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'requestTimeout',
  HPE_HEADER_OVERFLOW: 'headersTooLarge'
}

const waiting = new WeakSet<Socket>()

/**
 * Calls back once, when the responses to all complete requests of a connection are sent, because responses come in the order of their
 * requests (RFC 9112, 9.3.2). Node.js keeps the response in progress in `_httpMessage`, and reads it for the same reason.
 * @param callback takes whether the incomplete request already has its response, because it was refused early
 */
function afterPending (socket: Socket & { _httpMessage?: Response | null }, callback: (hasResponse: boolean) => void): void {
  const pending = socket._httpMessage
  if (pending === undefined || pending === null) {
    callback(false)
  } else if (!pending.req.complete) {
    callback(pending.headersSent)
  } else if (!waiting.has(socket)) { // Node.js emits the error again when more bytes come
    waiting.add(socket)
    pending.once('close', () => {
      waiting.delete(socket)
      setImmediate(() => afterPending(socket, callback))
    })
  }
}

function respondToConnect (handler: RequestListener, request: IncomingMessage, socket: Socket): void {
  socket.on('error', () => socket.destroy()) // Node.js no longer listens to it
  afterPending(socket, () => {
    if (!socket.writable) return
    const response = new ServerResponse(request)
    response.assignSocket(socket)
    response.shouldKeepAlive = false
    response.on('finish', () => socket.destroySoon())
    handler(request, response)
  })
}
