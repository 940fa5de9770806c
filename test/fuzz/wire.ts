import type { FastifyInstance } from 'fastify'
import { inflectKey, keyInflections } from '../../src/contract/casing.js'
import { Connection } from '../connection.js'
import { allStored } from '../helper.js'
import { type ResponseLaws, Broken, headerOf } from './laws.js'
import type { Request } from './requests.js'

/** Whether a request can stand between others on one connection: it is HTTP, and its response does not end the connection. */
export function isForTheWire ({ path, headers, payload = '' }: Request): boolean {
  const size = headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, path.length)
  const isHttp = /^[!-~]+$/.test(path) && headers.every(([, value]) => /^[\t -~\x80-\xff]*$/.test(value))
  return isHttp && size < 12_000 && Buffer.byteLength(payload) < 1024 * 1024
}

function mayBeCut (request: Request): boolean {
  return headerOf(request, 'X-Mock-Fault')?.includes('drop') === true || request.path.startsWith('/_mock/faults')
}

/** A mock to which requests are sent over connections that are kept, many together. */
export class Wire {
  sent = 0
  #connection: Connection | undefined

  constructor (private readonly app: FastifyInstance, private readonly laws: ResponseLaws) {}

  /** Sends requests together, and judges what comes back: a response to each, in order, and the sessions after them. */
  async judge (requests: Request[]): Promise<void> {
    const calm = requests.filter(request => !mayBeCut(request))
    const bodies = await this.#exchange(calm, false)
    if (calm.every(request => request.route?.startsWith('/_mock') !== true || request.method === 'GET')) await this.#checkState(calm, bodies)
    for (const request of requests.filter(mayBeCut)) await this.#exchange([request], true)
    await this.app.workspaces.shared.world.faults.clear()
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
      const response = await connection.response(request.method === 'HEAD') ?? 'cut'
      this.laws.check(request, response, faults || headerOf(request, 'X-Mock-Fault') !== undefined)
      if (response !== 'cut' && response.status === 200) bodies.push(response.body)
      waiting--
      // after a body that is too large the server closes: what came behind it is sent again
      if (response === 'cut' || response.headers['connection'] === 'close') {
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

  /** It is unknown which request was last; but a session is as one of the responses has it. */
  async #checkState (requests: Request[], bodies: string[]): Promise<void> {
    const seen = new Set(bodies)
    // the responses of other operations have only some fields of the session
    const changed = requests.filter(request => request.method !== 'GET' && this.laws.operationOf(request)?.id !== 'updateSession')
      .map(({ path, payload = '' }) => `${decoded(path)} ${payload.toString()}`) // a bulk redaction names its sessions in the body
    for (const session of await allStored(this.app)) {
      if (session.updated_at === session.created_at || changed.some(text => text.includes(session.id))) continue
      const inCasings = keyInflections.map(casing =>
        JSON.stringify(Object.fromEntries(Object.entries(session).map(([key, value]) => [inflectKey(key, casing), value]))))
      if (!inCasings.some(text => seen.has(text))) throw new Broken('state', requests[0] as Request, 'cut', inCasings[0])
    }
  }
}

function decoded (path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/**
 * The first of these requests, as many as the server reads in one go: when it closes a connection with unread data, TCP discards its
 * responses.
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
