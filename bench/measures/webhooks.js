import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { InvalidRun } from '../invalid-run.js'
import { pinned } from '../pinning.js'
import { checkResponse } from '../responses.js'
import { freshRounds, pairedRounds, ratioRow, speeds } from '../rounds.js'
import { freePort, start, withServers } from '../server.js'
import { workloads } from '../workloads.js'

const program = fileURLToPath(new URL('../subjects/servers/receiver.js', import.meta.url))

/** How many webhooks are sent in a round. */
const COUNT = 5_000

/** How many webhooks wait for a receiver that hangs while updates are measured. */
const HANGING = 1_000

/** How many webhooks the mock delivers in a second to one receiver on this machine, one after the other. */
export function deliveries ({ what, target, mock }) {
  return async ({ settings }) => withServers([() => start(mock, settings)], async ([server]) => withReceiver(settings, 'respond', async url => {
    const values = []
    for (let round = 0; round <= settings.rounds; round++) {
      await post(server, '/_mock/reset')
      await post(server, '/api/v1/webhooks/endpoints', { url })
      await post(server, '/_mock/webhooks/hold')
      await createSessions(server, COUNT)
      await post(server, '/_mock/webhooks/settle', { timeout_ms: 30_000 })
      const startedAt = performance.now()
      await post(server, '/_mock/webhooks/release')
      await post(server, '/_mock/webhooks/settle', { timeout_ms: 60_000 })
      values.push(COUNT / (performance.now() - startedAt) * 1_000)
      console.error(`  ${Math.round(values.at(-1))}`)
    }
    const received = Number(await (await fetch(new URL('/count', url))).text())
    if (received !== COUNT * (settings.rounds + 1)) throw new InvalidRun(`${received} webhooks were received`)
    return { what, values: values.slice(1), unit: 'per second', target } // the first round warms up
  }))
}

/** How many updates the mock handles while the receiver of its webhooks hangs, against itself without webhooks. */
export function hangingReceiver ({ what, target, mock }) {
  return async ({ settings, load }) => withReceiver(settings, 'hang', async url => {
    // both have created the same sessions, which changes what the engine knows of the code
    const startWith = async endpoints => {
      const server = await start(mock, settings)
      for (const endpoint of endpoints) await post(server, '/api/v1/webhooks/endpoints', { url: endpoint })
      await createSessions(server, HANGING)
      return server
    }
    const rounds = await freshRounds(settings, count => withServers([() => startWith([url]), () => startWith([])], async servers => {
      for (const server of servers) await checkResponse(server, workloads.update)
      for (const server of servers) await load.warm(server, workloads.update)
      return pairedRounds(count, backwards => speeds(load, servers.map(server => [server, workloads.update]), backwards))
    }))
    return ratioRow({ what, against: 'itself without webhooks', target, of: 'per second' }, rounds)
  })
}

/** Starts a receiver on the core of the load, calls `use` with its URL, and stops it. */
async function withReceiver ({ loadCore }, behavior, use) {
  const port = await freePort()
  const [file, ...args] = pinned(loadCore, [process.execPath, program, `${port}`, behavior])
  const child = spawn(file, args, { stdio: 'ignore' })
  try {
    return await use(`http://127.0.0.1:${port}/hook`)
  } finally {
    child.kill()
  }
}

async function createSessions (server, count) {
  const atOnce = 50
  for (let created = 0; created < count; created += atOnce) {
    await Promise.all(Array.from({ length: atOnce }, () => post(server, '/sessions', {})))
  }
}

async function post ({ url }, path, body = {}) {
  const response = await fetch(url + path, {
    method: 'POST', headers: { 'content-type': 'application/json', 'x-api-key': 'vk_sandbox_bench0001' }, body: JSON.stringify(body)
  })
  const text = await response.text()
  if (!response.ok) throw new InvalidRun(`${path} responded with ${response.status} ${text.slice(0, 300)}`)
}
