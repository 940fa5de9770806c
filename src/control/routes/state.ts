import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { validationError } from '../../contract/errors.js'
import { ref, schemaOf } from '../../contract/schema.js'
import { timestamp } from '../../contract/time.js'
import { IDEMPOTENCY_WINDOW, type IdempotencyRecord, isExpired } from '../../domain/idempotency/record.js'
import { checkStateRules, type ResultSchemas, State } from '../../domain/state.js'
import { bodyErrors, controlSchema, LARGE_BODY } from '../control-schema.js'

/** An idempotency key that is kept. */
export interface IdempotencyKey {
  /** The `Idempotency-Key`. */
  key: string
  /** The API key that sent it, masked. */
  api_key: string
  /** The session in the path; null when there is none. */
  session_id: string | null
  /** When the key was first used. */
  first_seen_at: string
  /** When the key is free again: 24 hours later. */
  expires_at: string
  /** How often the result was replayed. */
  replays: number
}

export const IdempotencyKey = schemaOf<IdempotencyKey>()(Type.Object({
  key: Type.String({ description: 'The Idempotency-Key' }),
  api_key: Type.String({ description: 'The API key that sent it, masked' }),
  session_id: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'The session in the path' }),
  first_seen_at: Type.String({ format: 'date-time', description: 'When the key was first used' }),
  expires_at: Type.String({ format: 'date-time', description: 'When the key is free again: 24 hours later' }),
  replays: Type.Integer({ description: 'How often the result was replayed' })
}, { $id: 'IdempotencyKey', description: 'An idempotency key that is kept' }))

export interface StateRoutesOptions {
  /** What the saved result of an operation has to fit. */
  results: ResultSchemas
}

/** A whole workspace: saved, restored, and reset. */
export const stateRoutes: FastifyPluginAsyncTypebox<StateRoutesOptions> = async (app, { results }) => {
  app.get('/state', {
    schema: controlSchema('saveState', 'Save the state', {
      description: 'Sessions, idempotency keys, timeline and clock, for `PUT /_mock/state` or as a fixture file.',
      response: { 200: ref(State) }
    })
  }, async ({ workspace }) => workspace.save())

  app.put('/state', {
    bodyLimit: LARGE_BODY,
    config: { needsWorkspaceKey: true },
    schema: controlSchema('restoreState', 'Restore a state', {
      description: 'Replaces the state by a saved one, or by one that was made by hand. What it leaves out is empty. Journal and faults stay.',
      body: ref(State),
      response: { 204: Type.Null({ description: 'Restored' }) }
    }, 'workspaceKeyRequired')
  }, async ({ body, workspace }, reply) => {
    const problems = checkStateRules(body, ['body'], results)
    if (problems.length > 0) throw validationError(problems)
    workspace.restore(body)
    return reply.code(204).send(null)
  })

  app.post('/reset', {
    schema: controlSchema('reset', 'Reset', {
      description: 'Returns to the fixtures. Clears idempotency keys, journal, faults and clock. A request that is still delayed changes nothing any more.',
      response: { 204: Type.Null({ description: 'Reset' }) }
    }, ...bodyErrors)
  }, async ({ workspace }, reply) => {
    workspace.reset()
    return reply.code(204).send(null)
  })

  app.get('/idempotency-keys', {
    schema: controlSchema('listIdempotencyKeys', 'List the idempotency keys', {
      description: 'The keys that have not expired, the oldest first, and how many were evicted before their time.',
      response: {
        200: Type.Object({
          data: Type.Array(ref(IdempotencyKey)),
          evicted: Type.Integer({ description: 'How many were evicted before their time, because there were too many, or too large ones' })
        }, { description: 'The keys that have not expired, the oldest first' })
      }
    })
  }, async ({ workspace }) => {
    const { store, clock } = workspace.world
    const now = clock.now()
    const records = await store.list('idempotency')
    return { data: records.filter(record => !isExpired(record, now)).map(toKey), evicted: workspace.evictedIdempotencyKeys }
  })
}

function toKey ({ key, apiKey, params, firstSeenAt, replays }: IdempotencyRecord): IdempotencyKey {
  return {
    key,
    api_key: apiKey.masked,
    session_id: params['session_id'] ?? null,
    first_seen_at: timestamp(firstSeenAt),
    expires_at: timestamp(firstSeenAt + IDEMPOTENCY_WINDOW),
    replays
  }
}
