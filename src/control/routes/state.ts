import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { validationError } from '../../contract/errors.js'
import { ref } from '../../contract/schema.js'
import { IdempotencyKey, IdempotencyKeyQuery, listKeys } from '../../domain/idempotency/listed-key.js'
import { checkStateRules, type ResultSchemas, State } from '../../domain/state.js'
import { bodyErrors, controlSchema, LARGE_BODY } from '../control-schema.js'
import { sendLong } from '../send-long.js'

export interface StateRoutesOptions {
  /** The schemas that saved results of operations must match. */
  results: ResultSchemas
}

/** A whole workspace: saved, restored, and reset. */
export const stateRoutes: FastifyPluginAsyncTypebox<StateRoutesOptions> = async (app, { results }) => {
  app.get('/state', {
    schema: controlSchema('saveState', 'Save the state', {
      description: 'Sessions, idempotency keys, timeline, webhooks and clock, for `PUT /_mock/state` or as a fixture file.',
      response: { 200: ref(State) }
    })
  }, async ({ workspace }, reply) => sendLong(reply, State, await workspace.save()))

  app.put('/state', {
    bodyLimit: LARGE_BODY,
    config: { needsWorkspaceKey: true },
    schema: controlSchema('restoreState', 'Restore a state', {
      description: 'Replaces the state by a saved one, or by one that was made by hand. What it leaves out is empty; without webhook endpoints it has those of the options. Journal and faults stay.',
      body: ref(State),
      response: { 204: Type.Null({ description: 'Restored' }) }
    }, 'workspaceKeyRequired')
  }, async ({ body, workspace }, reply) => {
    const problems = checkStateRules(body, ['body'], results)
    if (problems.length > 0) throw validationError(problems)
    await workspace.restore(body)
    return reply.code(204).send(null)
  })

  app.post('/reset', {
    schema: controlSchema('reset', 'Reset', {
      description: 'Restores the fixtures. Clears idempotency keys, journal, faults and clock. A request that is still delayed changes nothing any more.',
      response: { 204: Type.Null({ description: 'Reset' }) }
    }, ...bodyErrors)
  }, async ({ workspace }, reply) => {
    await workspace.reset()
    return reply.code(204).send(null)
  })

  app.get('/idempotency-keys', {
    schema: controlSchema('listIdempotencyKeys', 'List the idempotency keys', {
      description: 'The keys that have not expired, the oldest first, all or those that match the query, and how many were evicted before their time.',
      querystring: IdempotencyKeyQuery,
      response: {
        200: Type.Object({
          data: Type.Array(ref(IdempotencyKey)),
          total: Type.Integer({ description: 'How many match' }),
          evicted: Type.Integer({ description: 'How many were evicted before their time, because there were too many, or too large ones, matching or not' })
        }, { description: 'The keys that match and have not expired, the oldest first' })
      }
    }, 'invalidFields')
  }, async ({ query, workspace }) => {
    const { store, clock } = workspace.world
    const [records, evicted] = await Promise.all([store.list('idempotency'), store.evicted('idempotency')])
    return { ...listKeys(records, query, clock.now()), evicted }
  })
}
