// The Compose example without Docker: HAProxy with its configuration, and replicas with its environment.
import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import type { Session } from '../../src/index.js'
import { Connection } from '../connection.js'
import { EventStream } from '../control/event-stream.js'
import { argumentsForClients, checkDone, startClients } from './clients.js'
import { needsHaproxy, startHaproxy } from './compose/haproxy.js'
import { startNameServer } from './compose/name-server.js'
import { startCuttingProxy } from './cutting-proxy.js'
import { type Engine, freePort, startEngine } from './engine.js'
import { type Answer, balanced, type Replica, type Send, startReplica } from './replica.js'
import { until } from './until.js'

interface Deployment {
  /** The URL of HAProxy. */
  url: string
  port: number
  send: Send
  engine: Engine
  /** Starts a replica, and resolves when HAProxy sends it requests. */
  start: (engineUrl?: string) => Promise<Replica>
  /** Stops a replica, or kills it. The name service then forgets it, as Docker's does. */
  end: (replica: Replica, how: 'close' | 'kill') => Promise<void>
}

/** Starts HAProxy and an engine. */
async function deploy (t: Test): Promise<Deployment> {
  const [engine, nameServer, replicaPort] = await Promise.all([startEngine(t), startNameServer(t), freePort()])
  const port = await startHaproxy(t, replicaPort, nameServer.port)
  const url = `http://localhost:${port}`
  const env = { ...recipeEnvironment(), VERIFA_MOCK_PUBLIC_URL: url }
  const send = balanced([{ url }])
  let hosts = 1
  return {
    url,
    port,
    send,
    engine,
    start: async (engineUrl = engine.url) => {
      const host = `127.0.0.${++hosts}`
      const args = [...argumentsForClients, '--host', host, '--port', String(replicaPort), '--public-url', url]
      const replica = await startReplica(t, engineUrl, args, env)
      nameServer.addresses = [...nameServer.addresses, host]
      await until('HAProxy sends requests to the replica', async () => {
        await send('GET', '/_mock/health')
        return requestsTo(replica) > 0
      })
      return replica
    },
    end: async (replica, how) => {
      await replica[how]()
      nameServer.addresses = nameServer.addresses.filter(address => address !== new URL(replica.url).hostname)
    }
  }
}

/** What the example sets for a replica, with the defaults of its own variables. */
function recipeEnvironment (): Record<string, string> {
  const file = new URL('../../examples/compose/compose.yaml', import.meta.url)
  const { services: { verifa } } = parse(readFileSync(file, 'utf8')) as { services: { verifa: { environment: Record<string, string> } } }
  return Object.fromEntries(Object.entries(verifa.environment).map(([name, value]) => [name, value.replaceAll(/\$\{\w+:-(.*?)\}/g, '$1')]))
}

/** How many requests a replica has got, besides those with which HAProxy checks it. */
function requestsTo (replica: Replica): number {
  return replica.lines().filter(({ msg, url }) => msg === 'request' && url !== '/_mock/ready').length
}

/** Reads a stream until the server ends it. */
async function readToEnd (stream: EventStream): Promise<void> {
  while (await stream.next() !== undefined);
}

t.test('a replica that is stopped under load fails no request, and one that is killed only those that it has begun', needsHaproxy, async t => {
  const { url, send, start, end } = await deploy(t)
  const [stopped, killed, last] = await Promise.all([start(), start(), start()])
  const streams: EventStream[] = []
  for (let turn = 0; turn < 3; turn++) streams.push(await EventStream.open(`${url}/_mock/events`)) // one of each replica
  const failures: unknown[] = []
  const clients = startClients(async (...request) => {
    try {
      const answer = await send(...request)
      if (answer.status >= 500) failures.push(answer)
      return answer
    } catch (error) {
      failures.push(error)
      throw error
    }
  })

  const ended = new Set<EventStream>()
  for (const stream of streams) {
    const { requests } = await stream.event()
    await stream.event(now => now.requests > requests)
    void readToEnd(stream).then(() => ended.add(stream), () => undefined) // it rejects when this test hangs up
  }

  const closed = end(stopped, 'close')
  await until('HAProxy sends it no request', async () => {
    const before = requestsTo(stopped)
    await clients.answered(50)
    return requestsTo(stopped) === before
  })
  t.equal((await fetch(`${stopped.url}/_mock/health`)).status, 200, 'it listens until HAProxy has noticed')
  await closed
  await clients.answered(100)
  t.same(failures, [])
  await until('the stream of the replica has ended', () => ended.size === 1)
  const reopened = await EventStream.open(`${url}/_mock/events`)
  await reopened.event()
  for (const stream of [...streams, reopened]) stream.hangUp()

  await end(killed, 'kill')
  await clients.answered(100)
  await checkDone(await clients.stop(), last)
  t.ok(failures.length <= 16, 'the killed replica had at most two requests of each client')
  t.same(failures.map(error => (error as NodeJS.ErrnoException).code), failures.map(() => 'ECONNRESET'), 'they get no response')
})

t.test('HAProxy changes nothing, and sends requests only to replicas that reach their store', needsHaproxy, async t => {
  const { url, port, engine, send, start } = await deploy(t)
  const network = await startCuttingProxy(t, engine)
  const [first, second] = await Promise.all([start(), start(network.url)])

  await t.test('capture pages and their redirect', async t => {
    const { body } = await send('POST', '/sessions', { body: { redirect_url: 'http://shop.test/verified' } })
    const { id, capture_url: captureUrl } = JSON.parse(body) as Session & { capture_url: string }
    t.ok(captureUrl.startsWith(`${url}/verify/`))
    t.match(await (await fetch(captureUrl)).text(), 'data-testid="outcome-approve"')
    const { status, headers } = await fetch(`${captureUrl}/sandbox-outcome`, {
      method: 'POST', headers: { 'origin': url, 'sec-fetch-site': 'same-origin' }, body: new URLSearchParams({ outcome: 'approve' }), redirect: 'manual'
    })
    t.same([status, headers.get('location')], [303, `http://shop.test/verified?session_id=${id}&status=completed`])
  })

  await t.test('large bodies, and clients that wait before they send one', async t => {
    const { status, body } = await send('POST', '/sessions', { body: { external_ref: 'x'.repeat(3_000_000) } })
    t.match({ status, body }, { status: 413, body: 'Request body is larger than' })
    const update = '{"external_ref":"continued"}'
    const connection = await Connection.open(port)
    connection.send('PATCH /sessions/ses_pending HTTP/1.1\r\nHost: localhost\r\nX-API-Key: vk_sandbox_a\r\nContent-Type: application/json\r\n' +
      `Content-Length: ${update.length}\r\nExpect: 100-continue\r\n\r\n`)
    await connection.began() // 100 Continue
    connection.send(update)
    t.match(await connection.response(), { status: 200, body: '"external_ref":"continued"' })
  })

  await t.test('faults that close the connection', async t => {
    for (const drop of ['before', 'after']) {
      const headers = { 'x-api-key': 'vk_sandbox_a', 'x-mock-fault': `drop=${drop}` }
      // HAProxy itself closes a connection on which the client has had a response; on a new one, it would respond with a 502
      await t.rejects(fetch(`${url}/sessions`, { headers: { ...headers, connection: 'close' } }), { cause: { code: 'UND_ERR_SOCKET' } })
    }
  })

  await t.test('a replica that is away from its store', async t => {
    const sendMany = async () => Promise.all(Array.from({ length: 20 }, async () => send('GET', '/sessions')))
    network.refuse(true)
    await until('HAProxy sends no request to the second replica', async () => {
      const before = requestsTo(second)
      const answers = await sendMany()
      return answers.every(({ status }) => status === 200) && requestsTo(second) === before
    })

    await engine.kill()
    let answers: Answer[] = []
    await until('HAProxy sends no request to any replica', async () => {
      const before = requestsTo(first) + requestsTo(second)
      answers = await sendMany()
      return requestsTo(first) + requestsTo(second) === before
    })
    const partsOf = ({ status, headers, body }: Answer) => ({ status, body, type: headers['content-type'], retryAfter: headers['retry-after'] })
    t.same(partsOf(answers[0] as Answer), partsOf(await balanced([first])('GET', '/sessions')), 'HAProxy responds as a replica')

    await engine.restart()
    network.refuse(false)
    await until('HAProxy sends requests to both replicas', async () => {
      const before = [requestsTo(first), requestsTo(second)] as const
      await sendMany()
      return requestsTo(first) > before[0] && requestsTo(second) > before[1]
    })
  })
})
