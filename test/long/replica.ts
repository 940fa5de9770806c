import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import type { Test } from 'tap'
import { connectVerifaMock, type VerifaMock } from '../../src/index.js'
import { logOf, serve } from '../command/process.js'
import { type Engine, startEngine } from './engine.js'
import { until } from './until.js'

/** With PROOF_REPLICAS=one both replicas are the same process, with its state in memory. A test that fails then expects too much. */
export const inOneProcess = process.env['PROOF_REPLICAS'] === 'one'

/** The option `skip` of tests that need an engine. */
export const needsEngine = { skip: inOneProcess && 'it needs an engine' }

/** A mock in a process of its own, with its state on an engine. */
export interface Replica {
  url: string
  /** Its control. */
  mock: VerifaMock
  /** The lines of its log so far. */
  lines: () => Record<string, unknown>[]
  /** Ends it with SIGKILL. */
  kill: () => Promise<void>
  /** Ends it with SIGTERM, and resolves with its exit code. */
  close: () => Promise<number | null>
}

/** What a replica has logged so far besides requests. */
export function eventsOf ({ lines }: Replica): Record<string, unknown>[] {
  return lines().filter(({ msg }) => msg !== 'request')
}

/** Starts a mock that ends with the test. */
export async function startReplica (
  t: Test, engineUrl: string | undefined, args: readonly string[] = [], env: Record<string, string> = {}
): Promise<Replica> {
  const { child, ended, url, ...run } = await serve(t, [...engineUrl === undefined ? [] : ['--store', engineUrl], ...args], [], env)
  return {
    url,
    mock: connectVerifaMock(url),
    lines: () => logOf({ child, ended, ...run }),
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
    close: async () => {
      child.kill('SIGTERM')
      return (await ended).code
    }
  }
}

export interface Replicas {
  first: Replica
  second: Replica
  /** Sends to both in turn. */
  send: Send
}

/** Starts two mocks with one state. The second starts when the first is ready, so the first one leads. */
export async function startReplicas (t: Test, args: readonly string[] = [], engine?: Engine): Promise<Replicas> {
  if (inOneProcess) {
    const one = await startReplica(t, undefined, args)
    return { first: one, second: one, send: balanced([one]) }
  }
  const { url } = engine ?? await startEngine(t)
  const [first, second] = [await startReplica(t, url, args), await startReplica(t, url, args)]
  return { first, second, send: balanced([first, second]) }
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

/** Sends a request to the API with a sandbox key: JSON, if it has a body, and maybe an idempotency key. */
export type Send = (method: string, path: string, sent?: { body?: unknown, key?: string }) => Promise<Answer>

/** A client that sends to replicas in turn, over connections that it keeps. */
export function balanced (replicas: readonly Pick<Replica, 'url'>[]): Send {
  const agent = new Agent({ keepAlive: true, maxSockets: 100 })
  let turn = 0
  return async (method, path, { body, key } = {}) => {
    const { url } = replicas[turn++ % replicas.length] as Replica
    const headers = {
      'x-api-key': 'vk_sandbox_a',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(key !== undefined && { 'idempotency-key': key })
    }
    return new Promise((resolve, reject) => {
      const outgoing = request(url + path, { agent, method, headers }, response => {
        let received = ''
        response.setEncoding('utf8').on('data', (chunk: string) => {
          received += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode as number, headers: response.headers, body: received }))
        response.on('error', reject)
      })
      outgoing.on('error', reject).end(JSON.stringify(body))
    })
  }
}

/** A client that sends a request again, with the same idempotency key, until it gets a response that is not a 503. */
export function persistent (send: Send): Send {
  return async (method, path, sent) => {
    let answer: Answer | undefined
    await until(`${method} ${path} gets a response`, async () => {
      answer = await send(method, path, sent).catch(() => undefined) // the connection was cut
      return answer !== undefined && answer.status !== 503
    })
    return answer as Answer
  }
}

/** Resolves when a replica says that it is ready, or that it is not. */
export async function readiness (replica: Replica, ready = true): Promise<void> {
  const send = balanced([replica])
  await until(`the replica is ${ready ? '' : 'not '}ready`, async () => (await send('GET', '/_mock/ready')).status === (ready ? 200 : 503))
}

/** Whether a response is that of an earlier request with the same idempotency key. */
export function isReplay ({ headers }: Answer): boolean {
  return headers['idempotent-replayed'] === 'true'
}
