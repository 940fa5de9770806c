import type { FastifyReply, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { Logger } from 'pino'
import { maskApiKey, maskApiKeysIn } from '../api-keys.js'
import { describeEffect } from '../control/fault-rules.js'
import type { Caller } from './api-key.js'
import { answeredStatus } from './faults.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Writes the line of a request whose answer Fastify does not see end. */
    logRequest: (request: FastifyRequest, reply: FastifyReply) => void
  }
}

/** One line for each request, when it has been answered; Fastify's own, which are two, are off. */
export const requestLogPlugin = fastifyPlugin<{ log: Logger }>(async (app, { log }) => {
  const isOn = log.isLevelEnabled('info')

  app.decorate('logRequest', (request, reply) => {
    if (isOn) log.info(lineOf(request, reply), 'request')
  })

  // a hook that does nothing would cost each answer two listeners
  if (isOn) {
    app.addHook('onResponse', (request, reply, done) => {
      app.logRequest(request, reply)
      done()
    })
  }
}, { name: 'request-log' })

/** What is undefined is not written. */
function lineOf (request: FastifyRequest, reply: FastifyReply): object {
  const apiKey = request.headers['x-api-key']
  const caller = request.caller as Caller | undefined // none of who was turned away
  const { fault, failure } = request
  return {
    method: request.method,
    url: maskApiKeysIn(request.url),
    status: answeredStatus(request, reply),
    ms: Math.round(reply.elapsedTime * 1000) / 1000,
    apiKey: caller?.apiKey.masked ?? (typeof apiKey === 'string' ? maskApiKey(apiKey) : undefined),
    replayed: reply.hasHeader('idempotent-replayed') || undefined,
    fault: fault && describeEffect(fault),
    error: failure?.code,
    detail: failure?.message
  }
}
