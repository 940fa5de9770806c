import { createServer, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'
import { type ConformanceDependencies, runConformance } from '../../src/conformance/conformance.js'
import type { ConformanceOptions } from '../../src/conformance/options.js'
import { type EmbeddedVerifaMock, type Options, type Session, startVerifaMock } from '../../src/index.js'
import { SANDBOX_KEY } from '../helper.js'

interface Drift { step: number, sent: string, expected: string, seen: string }

/** The document that `--json` prints. */
export interface Report {
  base_url: string
  session_id: string
  api_key: string
  exit_code: number
  stopped: string | null
  counts: Record<'DOC' | 'DECIDED', { cases: number, drift: number }>
  leftovers: string[]
  cases: { topic: string, name: string, mark: string, says: string, drift: Drift | null }[]
}

export async function startMock (t: Test, options: Partial<Options> = {}): Promise<EmbeddedVerifaMock> {
  const mock = await startVerifaMock(options)
  t.teardown(async () => mock.close())
  return mock
}

/** Runs the suite with the session `ses_pending` against a mock, or against a target in front of it. A pause moves the mock's clock. */
export async function run (
  mock: EmbeddedVerifaMock, options: Partial<ConformanceOptions> = {}, dependencies: Partial<ConformanceDependencies> = {}
) {
  return runWithoutSession(mock, { sessionId: 'ses_pending', ...options }, dependencies)
}

/** The same without a session, so that the suite creates one. */
export async function runWithoutSession (
  mock: EmbeddedVerifaMock, options: Partial<ConformanceOptions> = {}, dependencies: Partial<ConformanceDependencies> = {}
) {
  const lines: string[] = []
  const { report, ...rest } = await runConformance(
    { baseUrl: mock.url, apiKey: SANDBOX_KEY, webhookUrl: 'http://127.0.0.1:9/webhooks', only: [], json: true, allowLive: false, ...options },
    {
      progress: line => lines.push(line),
      signal: new AbortController().signal,
      wait: async milliseconds => mock.clock.advance(milliseconds),
      ...dependencies
    }
  )
  return { ...rest, text: String(report), report: (options.json === false ? {} : JSON.parse(report ?? '{}')) as Report, lines }
}

/** The cases that drifted. */
export function drifted ({ cases }: Report): string[] {
  return cases.filter(({ drift }) => drift !== null).map(({ topic, name }) => `${topic}: ${name}`)
}

export function without<T extends object> (object: T, name: string): T {
  return Object.fromEntries(Object.entries(object).filter(([field]) => field !== name)) as T
}

/** A session without the time that every update moves. */
export async function stateOf (mock: EmbeddedVerifaMock, id = 'ses_pending'): Promise<Session> {
  return without(await mock.session(id), 'updated_at')
}

/** A request on its way to the mock. */
export interface ProxiedRequest {
  method: string
  url: string
  headers: Record<string, string | string[]>
  body: string
}

interface ProxiedResponse {
  status: number
  headers: OutgoingHttpHeaders
  body: string
}

/** What a faulty target does with a request: it can change it, forward it, change the response, or cut the connection. */
export type Fault = (request: ProxiedRequest, forward: () => Promise<ProxiedResponse>) => Promise<ProxiedResponse | 'cut'>

/** Starts a target that is the mock with a fault, and returns its URL. */
export async function faultyTarget (t: Test, mock: EmbeddedVerifaMock, fault: Fault): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const request = await read(incoming)
      const response = await fault(request, async () => forward(mock, request))
      if (response === 'cut') incoming.socket.destroy()
      else outgoing.writeHead(response.status, response.headers).end(response.body)
    })()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A fault in the body of every 200. */
export function inSuccesses (change: (body: Record<string, unknown>) => unknown): Fault {
  return async (_, forward) => {
    const { status, headers, body } = await forward()
    return { status, headers, body: status === 200 ? JSON.stringify(change(JSON.parse(body) as Record<string, unknown>)) : body }
  }
}

/** A fault that begins with the second request: the first one reads the session. */
export function afterTheFirst (fault: Fault): Fault {
  let begun = false
  return async (request, forward) => {
    const first = !begun
    begun = true
    return first ? forward() : fault(request, forward)
  }
}

async function read (incoming: IncomingMessage): Promise<ProxiedRequest> {
  const { method = '', url = '', headersDistinct } = incoming
  const headers = Object.entries(headersDistinct)
    .filter(([name]) => name !== 'content-length' && name !== 'transfer-encoding')
    .map(([name, values = []]): [string, string | string[]] => [name, values.length === 1 ? values[0] as string : values])
  return { method, url, headers: Object.fromEntries(headers), body: await text(incoming) }
}

async function forward (mock: EmbeddedVerifaMock, { method, url, headers, body }: ProxiedRequest): Promise<ProxiedResponse> {
  const response = await mock.app.inject({ method: method as 'PATCH', url, headers, payload: body })
  return { status: response.statusCode, headers: without(response.headers, 'content-length'), body: response.body }
}
