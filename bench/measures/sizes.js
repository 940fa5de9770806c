import { checkAnswer } from '../answers.js'
import { fillKeys, fillSessions, nearlyNoFixtures } from '../filling.js'
import { residentMemory } from '../resident-memory.js'
import { pairedRounds, ratioRow, speeds } from '../rounds.js'
import { start, withServers } from '../server.js'
import { worksAmong } from '../works.js'

/**
 * The mock filled with many sessions and as many keys against itself with few. It may keep no more keys than it has
 * been filled with, so that it stays that full: every new key drops the oldest.
 */
export function sizes ({ works, target, mock }) {
  return async ({ settings, load }) => {
    const fixtures = nearlyNoFixtures()
    const startFilled = async size => {
      const words = ['--fixtures', fixtures, '--max-idempotency-keys', `${size}`]
      const server = await start(mock, settings, { words, firstWork: worksAmong.update(1) })
      console.error(`  filling with ${size}`)
      await fillSessions(server, size)
      await fillKeys(load, server, size)
      return server
    }
    const [smallest, ...others] = settings.sizes
    return withServers(settings.sizes.map(size => () => startFilled(size)), async ([small, ...filled]) => {
      const memory = filled.map((server, index) => memoryRow(server, others[index]))
      const rows = []
      for (const [name, what] of works) rows.push(...await compareWork(name, what))
      return [...rows, ...memory]

      async function compareWork (name, what) {
        const rows = []
        for (const [index, server] of filled.entries()) {
          const size = others[index]
          const pair = [[server, worksAmong[name](size)], [small, worksAmong[name](smallest)]]
          for (const [server, work] of pair) await checkAnswer(server, work).then(() => load.warm(server, work))
          const rounds = await pairedRounds(settings.rounds, backwards => speeds(load, pair, backwards, [small, ...filled]))
          for (const [server, work] of pair) await checkAnswer(server, work)
          const row = { what: `${what}, ${count(size)} sessions and keys`, against: `itself with ${count(smallest)}`, of: 'per second' }
          rows.push(ratioRow(size === Math.max(...others) ? { ...row, target } : row, rounds))
        }
        return rows
      }
    })
  }
}

function memoryRow (server, size) {
  return { what: `resident memory with ${count(size)} sessions and keys`, values: [residentMemory(server)], unit: 'megabytes' }
}

function count (value) {
  return value.toLocaleString('en-US')
}
