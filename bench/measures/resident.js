import { setTimeout as sleep } from 'node:timers/promises'
import { residentMemory } from '../memory.js'
import { pairedRounds, ratioRow } from '../rounds.js'
import { start, withServers } from '../server.js'

const SETTLING_TIME = 1_000

/** Resident memory one second after the first response, of one subject after the other. */
export function resident ({ what, target, mock, other }) {
  return async ({ settings }) => {
    const measure = subject => withServers([() => start(subject, settings)], async ([server]) => {
      await sleep(SETTLING_TIME)
      return residentMemory(server)
    })
    const measurePair = async () => ({ pair: [await measure(mock), await measure(other)] })
    return ratioRow({ what, against: other.name, target, of: 'megabytes' }, await pairedRounds(settings.rounds, measurePair))
  }
}
