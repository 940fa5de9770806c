import { watchCores } from '../interference.js'
import { InvalidRun } from '../invalid-run.js'
import { requestOf } from '../workloads.js'
import { autocannon } from './autocannon.js'
import { wrk } from './wrk.js'

/** After how many seconds without a response a request has failed while a server is measured. */
const TIMEOUT = 2

/** The same while a server is warmed up or filled. */
const PATIENT_TIMEOUT = 20

/** wrk if it is installed, otherwise autocannon. */
export function chooseLoad (settings) {
  const [name, tool] = wrk.version() === undefined || settings.autocannon ? ['autocannon', autocannon] : ['wrk', wrk]
  return { name, version: tool.version(), ...createLoad(tool, settings) }
}

function createLoad (tool, { seconds, warmup, connections, serverCore, loadCore }) {
  /**
   * Puts a server under load, for some seconds or for `limit` responses.
   * @returns requests per second, and the share of a core that others took meanwhile
   * @throws InvalidRun when a connection broke or a response had an error status
   */
  async function apply (server, workload, { limit, ...given } = {}) {
    const filling = limit === undefined ? {} : { limit, seconds: 600, timeout: PATIENT_TIMEOUT }
    const options = { seconds, connections: workload.connections ?? connections, core: loadCore, timeout: TIMEOUT, ...given, ...filling }
    const othersShare = watchCores({ serverCore, loadCore }, server)
    const result = await tool.load(server.url, requestOf(server, workload), options)
    if (server.child.exitCode !== null || server.child.signalCode !== null) throw new InvalidRun(`${server.subject.name} has ended`)
    const disturbed = othersShare()
    if (!result?.requests) throw new InvalidRun(`${server.subject.name} did not respond`)
    if (result.broken > 0) throw new InvalidRun(`${result.broken} connections to ${server.subject.name} broke or timed out`)
    if (result.refused > 0) throw new InvalidRun(`${server.subject.name} refused ${result.refused} requests`)
    return { perSecond: result.requests / result.seconds, disturbed }
  }
  return {
    apply,
    /**
     * Warms a server up, in two runs: when the first connections have closed and others open, V8 discards much of its optimized code,
     * and does so once.
     */
    async warm (server, workload) {
      const seconds = warmup * (server.subject.warmupFactor ?? 1)
      for (const share of [2 / 3, 1 / 3]) await apply(server, workload, { seconds: seconds * share, timeout: PATIENT_TIMEOUT })
    }
  }
}
