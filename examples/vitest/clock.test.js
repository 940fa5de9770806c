import { expect, test } from 'vitest'
import { updateSession } from '../client.js'
import { newWorld } from './world.js'

test('an idempotency key is kept for 24 hours', async () => {
  const { apiKey, mock, baseUrl } = newWorld()
  await mock.clock.freeze('2026-03-01T00:00:00Z')
  const update = () => updateSession(baseUrl, apiKey, 'ses_pending', { external_ref: 'order-7' }, { idempotencyKey: 'order-7' })

  await update()
  await mock.clock.advance('23h59m59s')
  const replay = await update()
  expect(replay.updated_at).toBe('2026-03-01T00:00:00.000Z')

  await mock.clock.advance('1s')
  const anew = await update()
  expect(anew.updated_at).toBe('2026-03-02T00:00:00.000Z')

  expect((await mock.requests()).map(({ replayed }) => replayed)).toEqual([false, true, false])
})

test('a clock that stands at another time in another world, at the same time', async () => {
  const { apiKey, mock, baseUrl } = newWorld()
  await mock.clock.freeze('2030-01-01T00:00:00Z')
  const session = await updateSession(baseUrl, apiKey, 'ses_pending', { external_ref: 'order-8' })
  expect(session.updated_at).toBe('2030-01-01T00:00:00.000Z')
})
