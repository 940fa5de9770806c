import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** The latest request of a connection, its answer, and the answer before it. */
interface Turn {
  request: IncomingMessage
  response: ServerResponse
  before: ServerResponse | undefined
}

/**
 * Answers come in the order of their requests (RFC 9112, 9.3.2). Node.js sees to that for what it has parsed; what a server
 * writes to a connection itself has to wait for its turn, or a client takes it for the answer to an earlier request.
 */
export class Turns {
  readonly #latest = new WeakMap<Duplex, Turn>()
  readonly #waiting = new WeakSet<Duplex>()

  /** Notes a request that has arrived: each of a server has to be, in their order. */
  note (request: IncomingMessage, response: ServerResponse): void {
    const latest = this.#latest.get(request.socket)
    if (latest === undefined) {
      this.#latest.set(request.socket, { request, response, before: undefined })
    } else { // changed in place: every request pays for this
      latest.before = latest.response
      latest.request = request
      latest.response = response
    }
  }

  /**
   * Does something once, when all requests that have arrived whole on a connection are answered.
   * @param act told whether the one that has not arrived whole is answered, too: refused before it was there
   */
  after (socket: Duplex, act: (answered: boolean) => void): void {
    if (this.#waiting.has(socket)) return // Node.js tells again of what it could not parse when more of it comes
    const latest = this.#latest.get(socket)
    const broken = latest?.request.complete === false
    const answered = broken && latest.response.headersSent
    const last = broken && !answered ? latest.before : latest?.response
    if (last === undefined || last.writableFinished) {
      act(answered)
      return
    }
    this.#waiting.add(socket)
    last.once('close', () => act(answered))
  }
}
