import type { FastifyPluginAsync, FastifyRequest, preValidationHookHandler, RouteHandlerMethod } from 'fastify'
import type { KeyInflection } from '../contract/casing.js'
import { JSON_TYPE } from '../contract/errors.js'
import { writerOf } from '../contract/serialization.js'
import { apply, type Outcome } from '../domain/apply.js'
import { applyEffect } from '../domain/apply-effect.js'
import type { Claim } from '../domain/idempotency/record.js'
import { newId } from '../domain/new-id.js'
import { inflectionOf } from './key-inflection.js'
import { bodyOf, type Input, isWriting, type Operation, type UnknownFields } from './operation.js'
import { originOf, urlsOf } from './paths.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The outcome of the operation; `undefined` if it was refused. */
    outcome: Outcome | undefined
  }
}

export interface OperationRoutesOptions {
  operations: readonly Operation[]
  unknownFields: UnknownFields
  defaultKeyInflection: KeyInflection
  /** The mock's public URL; `undefined` means the host that the request was sent to. */
  publicUrl: string | undefined
  /** The hosts to which webhooks may be sent, besides loopback. */
  webhookHosts: readonly string[]
}

/** The routes of the vendor's operations. */
export const operationRoutes: FastifyPluginAsync<OperationRoutesOptions> = async (app, options) => {
  const { operations, unknownFields } = options
  for (const operation of operations) {
    const { method, path, query } = operation
    const body = bodyOf(operation, unknownFields)
    for (const url of urlsOf(path)) {
      app.route({
        method,
        url,
        config: { operation },
        schema: { ...(query && { querystring: query }), ...(body && { body }) },
        ...((operation.bodyOptional === true || operation.bodyEnvelope === true) && { preValidation: unwrapBody(operation) }),
        handler: handlerOf(operation, options)
      })
    }
  }
}

/** Replaces a missing body with an empty one, and the envelope with its attributes. */
function unwrapBody ({ bodyOptional, bodyEnvelope }: Operation): preValidationHookHandler {
  return (request, _reply, done) => {
    const { body } = request
    if (body === undefined && bodyOptional === true) request.body = {}
    const data = (body as { data?: { attributes?: unknown } } | null | undefined)?.data
    if (bodyEnvelope === true && typeof data?.attributes === 'object') request.body = data.attributes
    done()
  }
}

function handlerOf (operation: Operation, { defaultKeyInflection, publicUrl, webhookHosts }: OperationRoutesOptions): RouteHandlerMethod {
  const { effect, success: { schema } } = operation
  // not async, which saves a promise per request, and 2 % of an update (bench/README.md)
  return (request, reply) => {
    const { world, params, query, body, apiKey } = request
    const { webhooks } = world
    const input = {
      params,
      query,
      body,
      environment: apiKey.environment,
      now: 0, // set when the step is taken
      allowance: request.allowance,
      plan: world.rateLimits.plan,
      newId,
      origin: () => originOf(request, publicUrl),
      webhookHosts
    } as Input
    const respond = (outcome: Outcome) => {
      request.outcome = outcome
      const { status, body: result } = outcome.result
      reply.code(status)
      if (outcome.replayed) reply.header('idempotent-replayed', 'true')
      if (schema === undefined) reply.send()
      else reply.header('content-type', JSON_TYPE).send(writerOf(schema, inflectionOf(request, defaultKeyInflection))(result))
    }
    const claim = claimOf(request, operation)
    const reads = operation.reads(input)
    const notify = operation.events === undefined ? undefined : webhooks.notify
    const applied = effect === undefined
      ? apply(world.store, { claim, reads, decide: (found, now) => operation.decide(at(input, now), found), notify })
      : applyEffect(world.store, {
          claim,
          reads,
          effect: found => effect(input, found, world),
          decide: (found, done, now) => operation.decide(at(input, now), found, done),
          notify
        })
    applied.then(outcome => {
      const waiting = outcome.deliveries.length === 0 ? undefined : webhooks.beforeResponse(outcome)
      if (waiting !== undefined) return waiting.then(() => respond(outcome))
      respond(outcome)
      return undefined
    }).catch((error: unknown) => reply.send(error))
  }
}

/** Sets the time of the input of a step. Changes the object instead of copying it, because every request has one. */
function at (input: Input, now: number): Input {
  input.now = now
  return input
}

function claimOf ({ idempotencyKey, apiKey, params, query, body }: FastifyRequest, operation: Operation): Claim | undefined {
  if (idempotencyKey === undefined || !isWriting(operation)) return undefined
  return { key: idempotencyKey, apiKey, operation: operation.id, params: params as Claim['params'], query: query as Claim['query'], body }
}
