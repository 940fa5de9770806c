import type { TSchema } from '@sinclair/typebox'
import type { FastifyPluginAsync, FastifyRequest, RouteHandlerMethod } from 'fastify'
import type { KeyInflection } from '../contract/casing.js'
import { JSON_TYPE } from '../contract/errors.js'
import { writerOf } from '../contract/serialization.js'
import { apply, type Outcome } from '../domain/apply.js'
import type { Claim } from '../domain/idempotency/record.js'
import { inflectionOf } from './key-inflection.js'
import { type Input, isWriting, type Operation } from './operation.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** What came of the operation; `undefined` when it was refused. */
    outcome: Outcome | undefined
  }
}

export interface OperationRoutesOptions {
  operations: readonly Operation[]
  /** What happens to body fields that cannot be set: they are a 422, or are ignored. */
  unknownFields: 'reject' | 'ignore'
  defaultKeyInflection: KeyInflection
}

/** The prefixes under which every operation answers; the mock adds the empty one (our decision). */
const prefixes = ['/api/v1', '']

/** The routes of the vendor's operations. */
export const operationRoutes: FastifyPluginAsync<OperationRoutesOptions> = async (app, options) => {
  const { operations, unknownFields, defaultKeyInflection } = options
  for (const operation of operations) {
    const { method, path, query, body } = operation
    for (const prefix of prefixes) {
      app.route({
        method,
        url: prefix + path.replace(/\{(\w+)\}/g, ':$1'),
        config: { operation },
        schema: { ...(query && { querystring: query }), ...(body && { body: bodySchema(body, unknownFields) }) },
        handler: handlerOf(operation, defaultKeyInflection)
      })
    }
  }
}

const tolerant = new WeakMap<TSchema, TSchema>()

function bodySchema (schema: TSchema, unknownFields: 'reject' | 'ignore'): TSchema {
  if (unknownFields === 'reject') return schema
  let copy = tolerant.get(schema)
  if (copy === undefined) tolerant.set(schema, copy = { ...schema, additionalProperties: true })
  return copy
}

function handlerOf (operation: Operation, defaultKeyInflection: KeyInflection): RouteHandlerMethod {
  const { schema } = operation.success
  return async (request, reply) => {
    const { world, params, query, body, apiKey } = request
    const now = world.clock.now()
    const input = { params, query, body, environment: apiKey.environment, now } as Input
    const outcome = request.outcome = await apply(world.store, {
      claim: claimOf(request, operation),
      reads: operation.reads(input),
      now,
      decide: found => operation.decide(input, found)
    })
    const { status, body: result } = outcome.result
    reply.code(status)
    if (outcome.replayed) reply.header('idempotent-replayed', 'true')
    if (schema === undefined) return reply.send()
    return reply.header('content-type', JSON_TYPE).send(writerOf(schema, inflectionOf(request, defaultKeyInflection))(result))
  }
}

function claimOf ({ idempotencyKey, apiKey, params, query, body }: FastifyRequest, operation: Operation): Claim | undefined {
  if (idempotencyKey === undefined || !isWriting(operation)) return undefined
  return { key: idempotencyKey, apiKey, operation: operation.id, params: params as Claim['params'], query: query as Claim['query'], body }
}
