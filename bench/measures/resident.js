import { setTimeout as sleep } from 'node:timers/promises'
import { residentMemory } from '../resident-memory.js'
import { pairedRounds, ratioRow } from '../rounds.js'
import { start, withServers } from '../server.js'

const SETTLES_IN = 1_000

/** Resident memory a second after the first answer, or after many updates, each alone. */
export function resident ({ what, target, work, mock, other, afterUpdates = false }) {
  return async ({ settings, load }) => {
    const measure = subject => withServers([() => start(subject, settings)], async ([server]) => {
      if (afterUpdates) await load.put(server, work, { limit: settings.updates })
      await sleep(SETTLES_IN)
      return residentMemory(server)
    })
    const measurePair = async () => ({ pair: [await measure(mock), await measure(other)] })
    // a million updates take half a minute
    const rounds = afterUpdates ? Math.ceil(settings.rounds / settings.fresh) : settings.rounds
    const name = afterUpdates ? `${what} ${settings.updates.toLocaleString('en-US')} updates` : what
    return ratioRow({ what: name, against: other.name, target, of: 'megabytes' }, await pairedRounds(rounds, measurePair))
  }
}
