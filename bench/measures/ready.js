import { pairedRounds, ratioRow } from '../rounds.js'
import { start, withServers } from '../server.js'

/** The time from the start of the process to the first response with 200, of one subject after the other. */
export function ready ({ what, target, mock, other }) {
  return async ({ settings }) => {
    const readyAfter = subject => withServers([() => start(subject, settings)], async ([server]) => server.readyAfter)
    const measurePair = async () => ({ pair: [await readyAfter(mock), await readyAfter(other)] })
    return ratioRow({ what, against: other.name, target, of: 'milliseconds' }, await pairedRounds(settings.rounds, measurePair))
  }
}
