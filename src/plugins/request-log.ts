import { type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import type { Logger } from 'pino'
import { maskApiKey, maskApiKeysIn } from '../api-keys.js'
import { describeEffect } from '../control/fault-rules.js'
import type { Caller } from './api-key.js'
import { answeredStatus } from './faults.js'

declare module 'fastify' {
  interface FastifyInstance {
    requestLog: RequestLog
  }
}

/** One line for each request, when it has been answered; Fastify's own are two. */
export class RequestLog extends LogController {
  constructor (private readonly log: Logger) {
    super()
  }

  override incomingRequest (): void {
    // told with the answer
  }

  override requestCompleted (_error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    if (!this.log.isLevelEnabled('info')) return
    const apiKey = request.headers['x-api-key']
    const caller = request.caller as Caller | undefined // none of who was turned away
    const { fault, failure } = request
    // what is undefined is not written
    this.log.info({
      method: request.method,
      url: maskApiKeysIn(request.url),
      status: answeredStatus(request, reply),
      ms: Math.round(reply.elapsedTime * 1000) / 1000,
      apiKey: caller?.apiKey.masked ?? (typeof apiKey === 'string' ? maskApiKey(apiKey) : undefined),
      replayed: reply.hasHeader('idempotent-replayed') || undefined,
      fault: fault && describeEffect(fault),
      error: failure?.code,
      detail: failure?.message
    }, 'request')
  }
}
