import { expect, test } from 'vitest'
import { updateSession } from '../client.js'
import { newWorkspace } from './workspace.js'

test.for(['before', 'after'])('the connection is lost %s the update, and one change is made', async drop => {
  const { apiKey, mock, baseUrl } = newWorkspace()
  await mock.faults.add({ then: { drop } })

  await updateSession(baseUrl, apiKey, 'ses_pending', { metadata: { plan: 'gold' } })

  await mock.verify({ match: { session_id: 'ses_pending' }, count: 2 }) // counts requests of this workspace only
  expect((await mock.requests()).flatMap(({ changes }) => changes)).toHaveLength(1)
})
