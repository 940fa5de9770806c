import { checkAnswer } from '../answers.js'
import { freshRounds, pairedRounds, ratioRow, speeds } from '../rounds.js'
import { start, withServers } from '../server.js'

/** How many answers a second the mock gives, against another subject that is asked for the same. */
export function throughput ({ what, target, work, mock, other, mockOptions, otherOptions }) {
  return async ({ settings, load }) => {
    const starts = [() => start(mock, settings, mockOptions), () => start(other, settings, otherOptions)]
    const rounds = await freshRounds(settings, count => withServers(starts, async servers => {
      for (const server of servers) await checkAnswer(server, work)
      for (const server of servers) await load.warm(server, work)
      const rounds = await pairedRounds(count, backwards => speeds(load, servers.map(server => [server, work]), backwards))
      for (const server of servers) await checkAnswer(server, work)
      return rounds
    }))
    const against = otherOptions?.logLevel === undefined ? other.name : `${other.name}, log at ${otherOptions.logLevel}`
    return ratioRow({ what, against, target, of: 'per second' }, rounds)
  }
}
