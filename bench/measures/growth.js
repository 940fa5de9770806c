import { residentMemory } from '../resident-memory.js'
import { pairedRounds, ratioRow } from '../rounds.js'
import { start, withServers } from '../server.js'

/** Whether memory grows for ever: one process after ten times as many updates, against itself after the first tenth of them. */
export function growth ({ target, work, subject }) {
  return async ({ settings, load }) => {
    const measurePair = () => withServers([() => start(subject, settings)], async ([server]) => {
      await load.put(server, work, { limit: settings.updates })
      const early = residentMemory(server)
      await load.put(server, work, { limit: settings.updates * 9 })
      return { pair: [residentMemory(server), early] }
    })
    const [many, few] = [settings.updates * 10, settings.updates].map(value => value.toLocaleString('en-US'))
    const rounds = await pairedRounds(1, measurePair) // ten million updates take minutes
    return ratioRow({ what: `resident memory after ${many} updates`, against: `itself after ${few}`, target, of: 'megabytes' }, rounds)
  }
}
