import { once } from 'node:events'
import { fillSessions, oneFixture } from '../filling.js'
import { start, withServers } from '../server.js'
import { workloadsAmong } from '../workloads.js'

/** Options of `buildApp`: a journal with a single entry, while something else is weighed, and one that keeps `count` entries. */
const journal = {
  small: { maxJournalEntries: 1 },
  large: count => ({ maxJournalEntries: count, maxJournalBytes: Number.MAX_SAFE_INTEGER })
}

/**
 * How many bytes of heap a session, an idempotency key, and a journal entry hold, after a garbage collection.
 * All keys are used for one session, so each holds a response of its own.
 */
export function weights ({ weighedMock, target }) {
  return async ({ settings, load }) => {
    const { weigh: count } = settings
    const withMock = (journalOptions, measure) => {
      const app = { fixtures: oneFixture(), maxIdempotencyKeys: count, maxIdempotencyBytes: Number.MAX_SAFE_INTEGER, ...journalOptions }
      const startMock = () => start(weighedMock, settings, { app, firstWorkload: workloadsAmong.update(1) })
      return withServers([startMock], async ([server]) => measure(server, () => heapOf(server)))
    }
    const [session, key] = await withMock(journal.small, async (server, readHeap) => {
      const empty = await readHeap()
      await fillSessions(server, count)
      const withSessions = await readHeap()
      await load.apply(server, workloadsAmong.newKey(1), { limit: count + 1_000 })
      return [(withSessions - empty) / count, (await readHeap() - withSessions) / count]
    })
    const entry = await withMock(journal.large(count), async (server, readHeap) => {
      const empty = await readHeap()
      await load.apply(server, workloadsAmong.update(1), { limit: count + 1_000 })
      return (await readHeap() - empty) / count
    })
    return [
      row('heap of a session', session, target),
      row('heap of an idempotency key', key),
      row('heap of a journal entry', entry)
    ]
  }
}

async function heapOf ({ child }) {
  const response = once(child, 'message')
  child.send('heap')
  const [bytes] = await response
  return bytes
}

function row (what, bytes, target) {
  return { what, values: [bytes], unit: 'bytes', target }
}
