import { expect, test } from 'vitest'
import { updateSession } from '../client.js'
import { newWorld } from './world.js'

test.for(['before', 'after'])('a connection that is cut %s the change is made: one change', async drop => {
  const { apiKey, mock, baseUrl } = newWorld()
  await mock.faults.add({ then: { drop } })

  await updateSession(baseUrl, apiKey, 'ses_pending', { metadata: { plan: 'gold' } })

  await mock.verify({ match: { session_id: 'ses_pending' }, count: 2 }) // of this world alone
  expect((await mock.requests()).filter(({ change }) => change)).toHaveLength(1)
})
