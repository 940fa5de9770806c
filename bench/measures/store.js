import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fillSessions, oneFixture } from '../filling.js'
import { cpuTicks } from '../interference.js'
import { InvalidRun } from '../invalid-run.js'
import { pinned } from '../pinning.js'
import { checkResponse } from '../responses.js'
import { freshRounds, pairedRounds, ratioRow, speeds } from '../rounds.js'
import { freePort, start, withServers } from '../server.js'
import { workloads, workloadsAmong } from '../workloads.js'

/** How many sessions there are where requests are spread over sessions. */
const SESSIONS = 64

/** How many requests per second the mock handles with its state in an engine, which is on the core of the load, against itself in memory. */
export function store ({ what, target, workload, mock }) {
  return async ({ settings, load }) => {
    const rounds = await freshRounds(settings, count => withEngine(settings.loadCore, async engine => {
      const starts = [startWith(mock, settings, engine), startWith(mock, settings)]
      return withServers(starts, async servers => {
        for (const server of servers) await checkResponse(server, workload)
        for (const server of servers) await load.warm(server, workload)
        return pairedRounds(count, backwards => speeds(load, servers.map(server => [server, workload]), backwards))
      })
    }))
    // the engine would count as a disturbance of the load
    return ratioRow({ what, against: 'itself in memory', target, of: 'per second' }, { ...rounds, disturbed: undefined })
  }
}

/**
 * CPU time that the engine takes for an update, against that of the replica. The engine is all that replicas share: at 0.5, it is busy
 * when two replicas are.
 */
export function engineShare ({ what, target, mock }) {
  return async ({ settings, load }) => withEngine(settings.loadCore, async engine => {
    return withServers([startWith(mock, settings, engine)], async ([server]) => {
      await load.warm(server, spread)
      const rounds = await pairedRounds(settings.rounds, async () => {
        const before = [cpuTicks(engine.child.pid), cpuTicks(server.child.pid)]
        await load.apply(server, spread)
        return { pair: [cpuTicks(engine.child.pid) - before[0], cpuTicks(server.child.pid) - before[1]] }
      })
      return { what, against: 'that of the replica', unit: 'ratio', target, values: rounds.pairs.map(([first, second]) => first / second) }
    })
  })
}

/** How many updates two replicas handle together, against one. They, the engine, and the load have a core each. */
export function replicas ({ what, target, mock }) {
  return async ({ settings, load }) => {
    const cores = cpus().length
    if (cores < 4) throw new InvalidRun(`two replicas, the engine, and the load need four cores, and there are ${cores}`)
    const { loadCore } = settings
    const [engineCore, ...serverCores] = Array.from({ length: 4 }, (_, core) => core).filter(core => core !== loadCore)
    const rounds = await freshRounds(settings, count => withEngine(engineCore, async engine => {
      const starts = serverCores.map(serverCore => startWith(mock, { ...settings, serverCore }, engine))
      return withServers(starts, async servers => {
        const together = async among => {
          const results = await Promise.all(among.map(server => load.apply(server, spread)))
          return results.reduce((sum, { perSecond }) => sum + perSecond, 0)
        }
        for (const server of servers) await load.warm(server, spread)
        return pairedRounds(count, async () => ({ pair: [await together(servers), await together(servers.slice(0, 1))] }))
      })
    }))
    return ratioRow({ what, against: 'one', target, of: 'per second' }, rounds)
  }
}

const spread = workloadsAmong.update(SESSIONS)

/** The workloads with which the store is compared. */
export const storeWorkloads = { hot: workloadsAmong.update(1), spread, create: workloads.create, newKey: workloadsAmong.newKey(SESSIONS) }

/** Starts the mock with `SESSIONS` sessions, in an engine or in memory. */
function startWith (mock, settings, engine) {
  const flags = ['--fixtures', oneFixture(), ...engine === undefined ? [] : ['--store', engine.url]]
  return async () => {
    const server = await start(mock, settings, { flags, firstWorkload: workloadsAmong.update(1) })
    if (await sessionsOf(server) < SESSIONS) await fillSessions(server, SESSIONS)
    return server
  }
}

async function sessionsOf ({ url }) {
  return (await (await fetch(`${url}/_mock/health`)).json()).sessions
}

/** Starts an engine without persistence on a core, calls `use` with it, and stops it. The mock waits until it is ready. */
async function withEngine (core, use) {
  const program = ['valkey-server', 'redis-server'].find(name => spawnSync(name, ['--version']).status === 0)
  if (program === undefined) throw new InvalidRun('neither valkey-server nor redis-server is installed')
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'verifa-mock-bench-'))
  const [file, ...args] = pinned(core, [program, '--bind', '127.0.0.1', '--port', `${port}`, '--dir', folder, '--save', ''])
  const child = spawn(file, args, { stdio: 'ignore' })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  try {
    return await use({ child, url: `redis://127.0.0.1:${port}/0` })
  } finally {
    process.off('exit', kill)
    const ended = once(child, 'exit')
    kill()
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
}
