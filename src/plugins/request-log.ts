import { type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import type { Logger } from 'pino'
import { maskApiKey, maskApiKeysIn } from '../api-keys.js'
import { describeEffect } from '../control/fault-rules.js'
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
    const replayed = reply.hasHeader('idempotent-replayed')
    this.log.info({
      method: request.method,
      url: maskApiKeysIn(request.url),
      status: answeredStatus(request, reply),
      ms: Math.round(reply.elapsedTime * 1000) / 1000,
      ...(typeof apiKey === 'string' && { apiKey: maskApiKey(apiKey) }),
      ...(replayed && { replayed }),
      ...(request.fault !== undefined && { fault: describeEffect(request.fault) }),
      ...(request.failure !== undefined && { error: request.failure.code, detail: request.failure.message })
    }, 'request')
  }
}
