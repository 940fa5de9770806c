import { checkResponse } from '../responses.js'
import { freshRounds, pairedRounds, ratioRow, speeds } from '../rounds.js'
import { start, withServers } from '../server.js'

/** How many requests per second the mock handles, against another subject with the same workload. */
export function throughput ({ what, target, workload, mock, other, mockOptions }) {
  return async ({ settings, load }) => {
    const starts = [() => start(mock, settings, mockOptions), () => start(other, settings)]
    const rounds = await freshRounds(settings, count => withServers(starts, async servers => {
      for (const server of servers) await checkResponse(server, workload)
      for (const server of servers) await load.warm(server, workload)
      const rounds = await pairedRounds(count, backwards => speeds(load, servers.map(server => [server, workload]), backwards))
      for (const server of servers) await checkResponse(server, workload)
      return rounds
    }))
    return ratioRow({ what, against: other.name, target, of: 'per second' }, rounds)
  }
}
