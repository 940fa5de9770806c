import { once } from 'node:events'
import { fillSessions, nearlyNoFixtures } from '../filling.js'
import { start, withServers } from '../server.js'
import { worksAmong } from '../works.js'

/** What `buildApp` takes so that the journal keeps as good as nothing, while others are weighed, and so that it keeps so many entries. */
const journal = {
  none: { maxJournalEntries: 1 },
  keep: count => ({ maxJournalEntries: count, maxJournalBytes: Number.MAX_SAFE_INTEGER })
}

/**
 * How many bytes of heap one session, one idempotency key and one journal entry hold, after a garbage collection.
 * All keys are used on one session, so that each holds an answer of its own.
 */
export function weights ({ weighedMock, target }) {
  return async ({ settings, load }) => {
    const { weigh: count } = settings
    const weighIn = (options, act) => {
      const given = { fixtures: nearlyNoFixtures(), maxIdempotencyKeys: count, ...options }
      const begin = () => start(weighedMock, settings, { given, firstWork: worksAmong.update(1) })
      return withServers([begin], async ([server]) => act(server, () => weigh(server)))
    }
    const [session, key] = await weighIn(journal.none, async (server, weigh) => {
      const before = await weigh()
      await fillSessions(server, count)
      const withSessions = await weigh()
      await load.put(server, worksAmong.newKey(1), { limit: count + 1_000 })
      return [(withSessions - before) / count, (await weigh() - withSessions) / count]
    })
    const entry = await weighIn(journal.keep(count), async (server, weigh) => {
      const before = await weigh()
      await load.put(server, worksAmong.update(1), { limit: count + 1_000 })
      return (await weigh() - before) / count
    })
    return [
      row('heap of a session', session, target),
      row('heap of an idempotency key', key),
      row('heap of a journal entry', entry)
    ]
  }
}

async function weigh ({ child }) {
  const answer = once(child, 'message')
  child.send('weigh')
  const [bytes] = await answer
  return bytes
}

function row (what, bytes, target) {
  return { what, values: [bytes], unit: 'bytes', target }
}
