import { hash } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { stringify } from 'safe-stable-stringify'
import { apiError } from '../errors.js'
import type { Claim, Result } from '../sessions/idempotency-records.js'

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
 * every further request with its result. The result is serialized anew, so that a replay comes in the casing asked for.
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
    const execute = async (): Promise<Result> => {
      // what the hooks have set is said anew for every request; what the handler adds belongs to the result
      const before = reply.getHeaders()
      const body = await handler.call(this, request, reply)
      const headers = Object.entries(reply.getHeaders()).filter(([name]) => !(name in before))
      return { status: reply.statusCode, headers: Object.fromEntries(headers), body }
    }
    return answerOnce(request, reply, claimOf(request, key, operation), execute)
  }
}

async function answerOnce (request: FastifyRequest, reply: FastifyReply, claim: Claim, execute: () => Promise<Result>): Promise<unknown> {
  const outcome = await request.caller.workspace.store.once(claim, execute)
  if (outcome.kind === 'mismatch') throw apiError('idempotencyMismatch')
  if (outcome.kind === 'replayed') {
    reply.code(outcome.result.status).headers(outcome.result.headers).header('Idempotent-Replayed', 'true')
  }
  return outcome.result.body
}

/**
 * The parameters, which must be equal for a request to be the same, are method, path with its ids, and body; the order
 * of object members does not count, absent and null differ (our decision). Both prefixes of an operation are one path.
 */
function claimOf ({ caller, method, params, body }: FastifyRequest, key: string, operation: string): Claim {
  return {
    key,
    apiKey: caller.apiKey,
    fingerprint: hash('sha256', stringify([method, operation, params, body]), 'base64'),
    sessionId: (params as { session_id?: string }).session_id ?? null
  }
}
