import { freshRounds, pairedRounds, ratioRow } from '../rounds.js'
import { start, withServers } from '../server.js'

const CONNECTIONS = 32

/** How much longer than others a measurement takes: what a server does when connections open is less of a longer one. */
const LONGER = 4

/** The 99th percentile of the latency against the median of the same run. */
export function latency ({ what, target, work, subject }) {
  return async ({ settings, load }) => {
    const rounds = await freshRounds(settings, count => withServers([() => start(subject, settings)], async ([server]) => {
      await load.warm(server, work)
      return pairedRounds(count, async () => {
        const { p99, median, disturbed } = await load.put(server, work, { connections: CONNECTIONS, seconds: settings.seconds * LONGER })
        return { pair: [p99, median], disturbed }
      })
    }))
    return ratioRow({ what, against: 'its own median', target, of: 'milliseconds' }, rounds)
  }
}
