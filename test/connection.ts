import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { AddressInfo } from 'node:net'

/** A response as it came over a connection. */
export interface RawResponse {
  status: number
  headers: Record<string, string>
  body: string
}

/** A connection to a mock, for bytes that no HTTP client sends, and for many requests at the same time. */
export class Connection {
  /** Whether nothing more will come. */
  closed = false
  readonly #socket: Socket
  #received: Buffer = Buffer.alloc(0)
  #wake: () => void = () => undefined

  private constructor (socket: Socket) {
    this.#socket = socket
    socket.on('data', chunk => {
      this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
      this.#wake()
    })
    socket.on('error', () => undefined) // 'close' follows
    socket.on('close', () => {
      this.closed = true
      this.#wake()
    })
  }

  /** @param mock a mock in this process, or the port of another */
  static async open (mock: FastifyInstance | number): Promise<Connection> {
    const socket = connect(typeof mock === 'number' ? mock : (mock.server.address() as AddressInfo).port, '127.0.0.1')
    const connection = new Connection(socket.setNoDelay(true))
    await once(socket, 'connect')
    return connection
  }

  /** Sends bytes; text as Latin-1. */
  send (bytes: string | Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  }

  /** Ends the connection from this side: politely, or as a process that is killed. */
  hangUp (how: 'end' | 'reset' = 'reset'): void {
    if (how === 'end') this.#socket.end()
    else this.#socket.resetAndDestroy()
  }

  /**
   * The next response, except interim ones (1xx); `undefined` when the connection is closed instead.
   * @param withoutBody whether it is the response to a HEAD
   */
  async response (withoutBody = false): Promise<RawResponse | undefined> {
    for (;;) {
      const response = this.#take(withoutBody)
      if (response !== undefined && response.status >= 200) return response
      if (response !== undefined) continue
      if (this.closed) return undefined
      await this.#more()
    }
  }

  /** Waits until something has come, or nothing will any more. */
  async began (): Promise<void> {
    while (this.#received.length === 0 && !this.closed) await this.#more()
  }

  /** What came and is no whole response, when the connection is closed. */
  async rest (): Promise<string> {
    while (!this.closed) await this.#more()
    return this.#received.toString()
  }

  async #more (): Promise<void> {
    return new Promise(resolve => {
      this.#wake = resolve
    })
  }

  /** Takes a response off what was received, if a whole one is there. All responses of the mock have a length. */
  #take (withoutBody: boolean): RawResponse | undefined {
    const end = this.#received.indexOf('\r\n\r\n')
    if (end < 0) return undefined
    const [line = '', ...lines] = this.#received.toString('latin1', 0, end).split('\r\n')
    const headers = Object.fromEntries(lines.map(line => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }))
    const start = end + 4
    const length = withoutBody ? 0 : Number(headers['content-length'] ?? 0)
    if (this.#received.length < start + length) return undefined
    const body = this.#received.toString('utf8', start, start + length)
    this.#received = this.#received.subarray(start + length)
    return { status: Number(line.split(' ')[1]), headers, body }
  }
}

/** Waits until a mock has no connection left. One that it forgot would keep this from ending. */
export async function allClosed (app: FastifyInstance): Promise<void> {
  while (await connectionsOf(app) > 0) await new Promise(resolve => setImmediate(resolve))
}

async function connectionsOf (app: FastifyInstance): Promise<number> {
  return new Promise((resolve, reject) => app.server.getConnections((error, count) => error === null ? resolve(count) : reject(error)))
}
