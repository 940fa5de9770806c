import assert from 'node:assert/strict'
import type { Session } from '../../src/index.js'
import { persistent, type Replica, type Send } from './replica.js'
import { until } from './until.js'

/** Options of replicas that these clients use: the journal keeps everything, and capture URLs are the same everywhere. */
export const argumentsForClients = ['--max-journal-entries', '1000000', '--max-journal-bytes', '1000000000', '--public-url', 'http://mock.test']

/** Clients that work on sessions of their own until they are stopped. */
export interface Clients {
  /** Resolves when so many more updates have been answered. */
  answered: (count: number) => Promise<void>
  /** Lets the clients finish what they do. Returns the sessions as the response to their last update has them. */
  stop: () => Promise<readonly Session[]>
}

/**
 * Starts clients that create a session and update it three times, again and again. Each request has an idempotency key, and is sent
 * again until it is answered; so what was done is known exactly, whatever happens to the mock.
 */
export function startClients (send: Send, count = 8): Clients {
  const sessions: Session[] = []
  let answered = 0
  let stopped = false
  const insist = persistent(send)

  async function work (client: number): Promise<void> {
    for (let number = 0; !stopped; number++) {
      const name = `client ${client} session ${number}`
      const created = await insist('POST', '/sessions', { body: { external_ref: name }, key: `${name} create` })
      assert.equal(created.status, 201, created.body)
      let session = JSON.parse(created.body) as Session
      const metadata: Record<string, number> = {}
      for (const step of [1, 2, 3]) {
        metadata[`step${step}`] = step
        const body = { metadata: { [`step${step}`]: step } }
        const updated = await insist('PATCH', `/sessions/${session.id}`, { body, key: `${name} update ${step}` })
        assert.equal(updated.status, 200, updated.body)
        session = JSON.parse(updated.body) as Session
        assert.deepEqual(session.metadata, metadata, 'no answered update is lost')
        answered++
      }
      sessions.push(session)
    }
  }

  const working = Promise.all(Array.from({ length: count }, async (_, client) => work(client)))
  working.catch(() => undefined) // `answered` and `stop` reject
  return {
    answered: async more => {
      const target = answered + more
      await Promise.race([working, until(`${more} more updates are answered`, () => answered >= target)])
    },
    stop: async () => {
      stopped = true
      await working
      return sessions
    }
  }
}

/** Checks that what clients have done is there, and was done once. Throws when it is not. */
export async function checkDone (done: readonly Session[], { mock }: Replica): Promise<void> {
  const found = (await mock.sessions()).filter(({ external_ref: ref }) => ref?.startsWith('client '))
  const byId = new Map(found.map(session => [session.id, session]))
  // updated_at too: an update that was applied again later would have changed it
  for (const session of done) assert.deepEqual(byId.get(session.id), session)
  assert.equal(found.length, done.length, 'no session was created twice')

  const executed = (await mock.requests()).filter(({ changes }) => changes.length > 0).map(({ idempotency_key: key }) => key)
  assert.equal(new Set(executed).size, executed.length, 'no request was executed twice')
}
