import { Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { apiError } from '../errors.js'
import type { Claim, Outcome, Result } from '../sessions/idempotency-records.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the operation takes an `Idempotency-Key`; its route names `idempotencyKeyHeader` and an `operationId` too. */
    idempotent?: boolean
  }
}

/** The request header of this plugin, for the schema of a route. */
export const idempotencyKeyHeader = {
  'Idempotency-Key': Type.Optional(Type.String({
    minLength: 1,
    maxLength: 255,
    description: 'Unique key for idempotent requests, kept for 24 hours. The same key with different parameters is a 422.'
  }))
}

/** The response header of this plugin, for the schema of an answer. */
export const replayedResponseHeader = {
  'Idempotent-Replayed': { type: 'string', enum: ['true'], description: 'Present when this is the answer to an earlier request under the same key' }
}

/**
 * Executes an operation once under an idempotency key, for every route with `config: { idempotent: true }`, and answers
 * every further request with its result. The result is written anew, so that a replay comes in the casing asked for.
 */
export const idempotencyPlugin = fastifyPlugin(async app => {
  app.addHook('onRoute', route => {
    if (route.config?.idempotent === true) route.handler = executeOnce(route.handler, route.schema?.operationId ?? route.url)
  })
}, { name: 'idempotency', dependencies: ['api-key'] })

function executeOnce (handler: RouteHandlerMethod, operation: string): RouteHandlerMethod {
  return function (request, reply) {
    const key = request.headers['idempotency-key'] as string | undefined
    if (key === undefined) return handler.call(this, request, reply)
    const toResult = (body: unknown): Result => ({ status: reply.statusCode, body })
    const outcome = request.caller.workspace.store.once(claimOf(request, key, operation), () => {
      const body: unknown = handler.call(this, request, reply)
      return body instanceof Promise ? body.then(toResult) : toResult(body)
    })
    return outcome instanceof Promise ? outcome.then(settled => bodyOf(settled, reply)) : bodyOf(outcome, reply)
  }
}

function bodyOf (outcome: Outcome, reply: FastifyReply): unknown {
  if (outcome.kind === 'mismatch') throw apiError('idempotencyMismatch')
  if (outcome.kind === 'replayed') reply.code(outcome.result.status).header('idempotent-replayed', 'true')
  return outcome.result.body
}

/**
 * The parameters, which must be equal for a request to be the same, are method, path with its ids, and body; the order
 * of object members does not count, absent and null differ (our decision). Both prefixes of an operation are one path.
 */
function claimOf ({ caller, params, body }: FastifyRequest, key: string, operation: string): Claim {
  return { key, apiKey: caller.apiKey, operation, sessionId: (params as { session_id?: string }).session_id ?? null, body }
}
