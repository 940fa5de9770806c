import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { timestamp } from '../../clock.js'
import { validationError } from '../../errors.js'
import { IDEMPOTENCY_WINDOW } from '../../sessions/idempotency-records.js'
import { bodyErrors, controlSchema, LARGE_BODY } from '../control-schema.js'
import { checkState, IdempotencyKey, restoreState, saveState, State } from '../state.js'

/** The whole of a workspace: out, in again, and back to the start. */
export const stateRoutes: FastifyPluginAsyncTypebox = async app => {
  app.get('/state', {
    schema: controlSchema('saveState', 'Save the state', {
      description: 'Sessions, idempotency keys and clock, to be put back with `PUT /_mock/state`. Its `sessions` are fixtures.',
      response: { 200: State }
    })
  }, async ({ workspace }) => saveState(workspace))

  app.put('/state', {
    bodyLimit: LARGE_BODY,
    schema: controlSchema('restoreState', 'Restore a state', {
      description: 'Puts a saved state, or one made by hand, in the place of what is there. What it leaves out is as at the start.',
      body: State,
      response: { 204: Type.Null({ description: 'Restored' }) }
    })
  }, async ({ body, workspace }, reply) => {
    const problems = checkState(body)
    if (problems.length > 0) throw validationError(problems)
    restoreState(workspace, body)
    return reply.code(204).send(null)
  })

  app.post('/reset', {
    schema: controlSchema('reset', 'Start anew', {
      description: 'The fixtures as at the start; idempotency keys, journal, faults and clock cleared.',
      response: { 204: Type.Null({ description: 'As at the start' }) }
    }, ...bodyErrors)
  }, async ({ workspace }, reply) => {
    workspace.reset()
    return reply.code(204).send(null)
  })

  app.get('/idempotency-keys', {
    schema: controlSchema('listIdempotencyKeys', 'List the idempotency keys', {
      description: 'The keys that have not expired, the oldest first, and how many were dropped before their time.',
      response: {
        200: Type.Object({
          data: Type.Array(IdempotencyKey),
          evicted: Type.Integer({ description: 'How many were dropped before their time, because there were too many' })
        }, { description: 'The keys that have not expired, the oldest first' })
      }
    })
  }, async ({ workspace: { store } }) => ({
    data: store.idempotencyRecords().map(({ key, apiKey, sessionId, firstSeenAt, replays }) => ({
      key,
      api_key: apiKey.masked,
      session_id: sessionId,
      first_seen_at: timestamp(firstSeenAt),
      expires_at: timestamp(firstSeenAt + IDEMPOTENCY_WINDOW),
      replays
    })),
    evicted: store.evictedIdempotencyKeys
  }))
}
