import type { FastifyInstance } from 'fastify'
import { inflectKey, keyInflections } from '../../src/casing.js'
import { Connection } from '../connection.js'
import { allStored } from '../helper.js'
import { type AnswerLaws, Broken, headerOf } from './laws.js'
import type { Request } from './requests.js'

/** Whether a request can stand between others on one connection: it is HTTP, and its answer does not end the connection. */
export function isForTheWire ({ path, headers, payload = '' }: Request): boolean {
  const size = headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, path.length)
  const isHttp = /^[!-~]+$/.test(path) && headers.every(([, value]) => /^[\t -~\x80-\xff]*$/.test(value))
  return isHttp && size < 12_000 && Buffer.byteLength(payload) < 1024 * 1024
}

function mayBeCut (request: Request): boolean {
  return headerOf(request, 'X-Mock-Fault')?.includes('drop') === true || request.path.startsWith('/_mock/faults')
}

/** A mock to which requests are sent over connections that are kept, many at once. */
export class Wire {
  sent = 0
  #connection: Connection | undefined

  constructor (private readonly app: FastifyInstance, private readonly laws: AnswerLaws) {}

  /** Sends requests all at once, and judges what comes back: an answer to each, in order, and what the sessions are then. */
  async judge (requests: Request[]): Promise<void> {
    const calm = requests.filter(request => !mayBeCut(request))
    const answers = await this.#exchange(calm, false)
    if (calm.every(request => request.route?.startsWith('/_mock') !== true || request.method === 'GET')) this.#checkState(calm, answers)
    for (const request of requests.filter(mayBeCut)) await this.#exchange([request], true)
    this.app.workspaces.shared.faults.clear()
  }

  hangUp (): void {
    this.#connection?.hangUp()
  }

  async #exchange (requests: Request[], faults: boolean): Promise<string[]> {
    const bodies: string[] = []
    let waiting = 0
    let connection: Connection | undefined
    for (const [index, request] of requests.entries()) {
      connection ??= await this.#open()
      if (waiting === 0) {
        const together = someOf(requests.slice(index))
        waiting = together.length
        connection.send(Buffer.concat(together))
      }
      this.sent++
      const answer = await connection.response(request.method === 'HEAD') ?? 'cut'
      this.laws.check(request, answer, faults || headerOf(request, 'X-Mock-Fault') !== undefined)
      if (answer !== 'cut' && answer.status === 200) bodies.push(answer.body)
      waiting--
      // after a body that cannot be read the server says that it closes: what came behind it is sent again
      if (answer === 'cut' || answer.headers['connection'] === 'close') {
        connection = this.#connection = undefined
        waiting = 0
      }
    }
    return bodies
  }

  async #open (): Promise<Connection> {
    if (this.#connection === undefined || this.#connection.closed) this.#connection = await Connection.open(this.app)
    return this.#connection
  }

  /** Of requests at once nobody knows which came last; but what a session is, one of the answers said. */
  #checkState (requests: Request[], bodies: string[]): void {
    const said = new Set(bodies)
    for (const session of allStored(this.app)) {
      if (session.updated_at === session.created_at) continue
      const inCasings = keyInflections.map(casing =>
        JSON.stringify(Object.fromEntries(Object.entries(session).map(([key, value]) => [inflectKey(key, casing), value]))))
      if (!inCasings.some(text => said.has(text))) throw new Broken('state', requests[0] as Request, 'cut', inCasings[0])
    }
  }
}

/**
 * The first of these requests, as many as the server reads at once: when it closes a connection on which more has come in
 * than it has read, TCP throws away what it has answered.
 */
function someOf (requests: Request[]): Buffer[] {
  const together: Buffer[] = []
  let size = 0
  for (const request of requests) {
    const bytes = bytesOf(request)
    size += bytes.length
    if (size > 16_384 && together.length > 0) break
    together.push(bytes)
  }
  return together
}

function bytesOf ({ method, path, headers, payload }: Request): Buffer {
  const body = Buffer.from(payload ?? '')
  const length: Request['headers'] = payload === undefined ? [] : [['Content-Length', String(body.length)]]
  const lines = [...headers, ...length].map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'), body])
}
