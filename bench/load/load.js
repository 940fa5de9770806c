import { watchCores } from '../disturbance.js'
import { VoidRun } from '../void-run.js'
import { requestOf } from '../works.js'
import { autocannon } from './autocannon.js'
import { wrk } from './wrk.js'

/** After how many seconds an answer counts as lost: while something is measured, and while a server gets warm or is filled. */
const TIMEOUT = 2
const PATIENT_TIMEOUT = 20

/** wrk where it is installed, else autocannon. */
export function chooseLoad (settings) {
  const [name, tool] = wrk.version() === undefined || settings.autocannon ? ['autocannon', autocannon] : ['wrk', wrk]
  return { name, version: tool.version(), ...createLoad(tool, settings) }
}

function createLoad (tool, { seconds, warmup, connections, serverCore, loadCore }) {
  /**
   * Puts a server under load, for some seconds or until so many requests have been answered.
   * @returns requests in a second, the median and the 99th percentile of the latency in milliseconds, and which share of a
   * core others took meanwhile
   * @throws VoidRun when a connection broke, or an answer had a status that it should not have
   */
  async function put (server, work, { limit, ...given } = {}) {
    const request = requestOf(server, work)
    const options = {
      seconds, connections, core: loadCore, timeout: TIMEOUT, ...given, ...limit !== undefined && { limit, seconds: 600, timeout: PATIENT_TIMEOUT }
    }
    const othersShare = watchCores({ serverCore, loadCore }, server)
    const result = await tool.load(server.url, request, options)
    if (server.child.exitCode !== null || server.child.signalCode !== null) throw new VoidRun(`${server.subject.name} has ended`)
    const disturbed = othersShare()
    if (!result?.requests) throw new VoidRun(`${server.subject.name} answered nothing`)
    if (result.broken > 0) throw new VoidRun(`${result.broken} connections to ${server.subject.name} broke or timed out`)
    const refused = request.status < 400 ? 0 : result.requests
    if (result.refused !== refused) throw new VoidRun(`${server.subject.name} refused ${result.refused} requests, and should have ${refused}`)
    return { perSecond: result.requests / result.seconds, median: result.median, p99: result.p99, disturbed }
  }
  return {
    put,
    /**
     * The load that makes a server warm; what it measures counts for nothing. It comes in two runs: when the first
     * connections have closed and others open, V8 takes back much of what it had optimized, and does it once.
     */
    async warm (server, work) {
      const seconds = warmup * (server.subject.warmupFactor ?? 1)
      for (const share of [2 / 3, 1 / 3]) await put(server, work, { seconds: seconds * share, timeout: PATIENT_TIMEOUT })
    }
  }
}
