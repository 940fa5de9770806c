import type { FastifyReply, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { Logger } from 'pino'
import { maskApiKey, maskApiKeysIn } from '../api-keys.js'
import { describeEffect } from '../control/fault-rules.js'
import type { Caller } from './api-key.js'
import { answeredStatus } from './faults.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Writes the line of a request, where Fastify runs no hooks. */
    logRequest: (request: FastifyRequest, reply: FastifyReply) => void
  }
}

/** One line for each request, when its answer is made; Fastify's own, which are two, are off. */
export const requestLogPlugin = fastifyPlugin<{ log: Logger }>(async (app, { log }) => {
  const isOn = log.isLevelEnabled('info')

  app.decorate('logRequest', (request, reply) => {
    if (isOn) log.info(lineOf(request, reply), 'request')
  })

  // not `onResponse`, which costs each answer two listeners to its end
  if (isOn) {
    app.addHook('onSend', (request, reply, payload, done) => {
      app.logRequest(request, reply)
      done(null, payload)
    })
  }
}, { name: 'request-log', dependencies: ['arrival'] })

/** What is undefined is not written. */
function lineOf (request: FastifyRequest, reply: FastifyReply): object {
  const apiKey = request.headers['x-api-key']
  const caller = request.caller as Caller | undefined // none of who was turned away
  const { fault, failure } = request
  return {
    method: request.method,
    url: maskApiKeysIn(request.url),
    status: answeredStatus(request, reply),
    ms: Math.round((performance.now() - request.arrivedAt) * 1000) / 1000,
    apiKey: caller?.apiKey.masked ?? (typeof apiKey === 'string' ? maskApiKey(apiKey) : undefined),
    replayed: reply.hasHeader('idempotent-replayed') || undefined,
    fault: fault && describeEffect(fault),
    error: failure?.code,
    detail: failure?.message
  }
}
