import { expect, test } from 'vitest'
import { updateSession } from '../client.js'
import { newWorkspace } from './workspace.js'

test('an idempotency key is kept for 24 hours', async () => {
  const { apiKey, mock, baseUrl } = newWorkspace()
  await mock.clock.freeze('2026-03-01T00:00:00Z')
  const update = () => updateSession(baseUrl, apiKey, 'ses_pending', { external_ref: 'order-7' }, { idempotencyKey: 'order-7' })

  await update()
  await mock.clock.advance('23h59m59s')
  expect(await update()).toMatchObject({ updated_at: '2026-03-01T00:00:00.000Z' }) // the first response again

  await mock.clock.advance('1s')
  expect(await update()).toMatchObject({ updated_at: '2026-03-02T00:00:00.000Z' }) // a new update

  expect((await mock.requests()).map(({ replayed }) => replayed)).toEqual([false, true, false])
})

test('each workspace has its own clock', async () => {
  const { apiKey, mock, baseUrl } = newWorkspace()
  await mock.clock.freeze('2030-01-01T00:00:00Z')
  const session = await updateSession(baseUrl, apiKey, 'ses_pending', { external_ref: 'order-8' })
  expect(session.updated_at).toBe('2030-01-01T00:00:00.000Z')
})
