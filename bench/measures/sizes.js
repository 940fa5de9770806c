import { fillKeys, fillSessions, oneFixture } from '../filling.js'
import { residentMemory } from '../memory.js'
import { checkResponse } from '../responses.js'
import { pairedRounds, ratioRow, speeds } from '../rounds.js'
import { start, withServers } from '../server.js'
import { workloadsAmong } from '../workloads.js'

/**
 * The mock with many sessions and keys against itself with few. It keeps at most as many keys as it is filled with, so its size stays
 * the same: every new key evicts the oldest.
 */
export function sizes ({ workloads, target, mock }) {
  return async ({ settings, load }) => {
    const fixtures = oneFixture()
    const startFilled = async size => {
      const flags = ['--fixtures', fixtures, '--max-idempotency-keys', `${size}`, '--max-idempotency-bytes', `${Number.MAX_SAFE_INTEGER}`]
      const server = await start(mock, settings, { flags, firstWorkload: workloadsAmong.update(1) })
      console.error(`  filling with ${size}`)
      await fillSessions(server, size)
      await fillKeys(load, server, size)
      return server
    }
    const [smallest, ...others] = settings.sizes
    return withServers(settings.sizes.map(size => () => startFilled(size)), async ([small, ...filled]) => {
      const memory = filled.map((server, index) => memoryRow(server, others[index]))
      const rows = []
      for (const [name, what] of workloads) rows.push(...await compareWorkload(name, what))
      return [...rows, ...memory]

      async function compareWorkload (name, what) {
        const rows = []
        for (const [index, server] of filled.entries()) {
          const size = others[index]
          const pair = [[server, workloadsAmong[name](size)], [small, workloadsAmong[name](smallest)]]
          for (const [server, workload] of pair) await checkResponse(server, workload).then(() => load.warm(server, workload))
          const rounds = await pairedRounds(settings.rounds, backwards => speeds(load, pair, backwards, [small, ...filled]))
          for (const [server, workload] of pair) await checkResponse(server, workload)
          const row = { what: `${what}, ${format(size)} sessions and keys`, against: `itself with ${format(smallest)}`, of: 'per second' }
          rows.push(ratioRow(size === Math.max(...others) ? { ...row, target } : row, rounds))
        }
        return rows
      }
    })
  }
}

function memoryRow (server, size) {
  return { what: `resident memory with ${format(size)} sessions and keys`, values: [residentMemory(server)], unit: 'megabytes' }
}

function format (count) {
  return count.toLocaleString('en-US')
}
