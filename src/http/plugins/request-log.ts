import type { FastifyReply, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { Logger } from 'pino'
import { maskApiKey, maskApiKeysIn } from '../../contract/masking.js'
import type { ApiKey } from '../../domain/api-keys.js'
import { describeEffect } from '../../domain/faults/rules.js'
import { statusOf } from './faults.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Writes the line of a request for which Fastify runs no hooks. */
    logRequest: (request: FastifyRequest, reply: FastifyReply) => void
  }
  interface FastifyRequest {
    /**
     * When the request arrived, by the process's own clock (`performance.now()`), in milliseconds; `undefined` if Fastify runs no hooks.
     */
    startedAt: number | undefined
  }
}

/**
 * Writes one line for each request, when its response is ready. Fastify's own logger would write two lines, and add two listeners to each
 * response.
 */
export const requestLogPlugin = fastifyPlugin<{ log: Logger }>(async (app, { log }) => {
  const isOn = log.isLevelEnabled('info')

  app.decorateRequest('startedAt')

  app.addHook('onRequest', (request, _reply, done) => {
    request.startedAt = performance.now()
    done()
  })

  app.decorate('logRequest', (request, reply) => {
    if (isOn) log.info(lineOf(request, reply), 'request')
  })

  if (isOn) {
    app.addHook('onSend', (request, reply, payload, done) => {
      app.logRequest(request, reply)
      done(null, payload)
    })
  }
}, { name: 'request-log' })

/** The fields of a line. Undefined fields are not written. */
function lineOf (request: FastifyRequest, reply: FastifyReply): object {
  const { fault, failure, hint, outcome, startedAt } = request
  const reason = failure?.reason ?? hint
  const sentKey = request.headers['x-api-key'] as string | undefined
  return {
    reqId: request.id,
    method: request.method,
    url: maskApiKeysIn(request.url),
    status: statusOf(request, reply),
    ms: startedAt === undefined ? undefined : Math.round((performance.now() - startedAt) * 1000) / 1000,
    apiKey: (request.apiKey as ApiKey | undefined)?.masked ?? (sentKey && maskApiKey(sentKey)),
    replayed: outcome?.replayed === true || undefined,
    fault: fault && describeEffect(fault),
    error: failure?.code,
    detail: failure && maskApiKeysIn(failure.message),
    reason: reason && maskApiKeysIn(reason)
  }
}
