import { fillSessions, oneFixture } from '../filling.js'
import { checkResponse } from '../responses.js'
import { pairedRounds, ratioRow, speeds } from '../rounds.js'
import { start, withServers } from '../server.js'
import { workloadsAmong } from '../workloads.js'

const FEW = 100

/** Lists of the mock with many sessions against those of itself with a hundred. */
export function lists ({ workloads, mock }) {
  return async ({ settings, load }) => {
    const many = Math.max(...settings.sizes)
    const fixtures = oneFixture()
    const startFilled = async size => {
      const server = await start(mock, settings, { flags: ['--fixtures', fixtures], firstWorkload: workloadsAmong.update(1) })
      console.error(`  filling with ${size}`)
      await fillSessions(server, size)
      return server
    }
    return withServers([() => startFilled(many), () => startFilled(FEW)], async servers => {
      const rows = []
      for (const [name, what, target] of workloads) {
        const workload = workloadsAmong[name]()
        for (const server of servers) await checkResponse(server, workload).then(() => load.warm(server, workload))
        const rounds = await pairedRounds(settings.rounds, backwards => speeds(load, servers.map(server => [server, workload]), backwards))
        const row = { what: `${what}, ${many.toLocaleString('en-US')} sessions`, against: `itself with ${FEW}`, target, of: 'per second' }
        rows.push(ratioRow(row, rounds))
      }
      return rows
    })
  }
}
