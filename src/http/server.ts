import type { TSchema } from '@sinclair/typebox'
import fastify, { type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { writerOf } from '../contract/serialization.js'
import type { Options } from '../options/options.js'
import { inflectionOf } from './key-inflection.js'
import { Listeners } from './listener.js'
import { createErrorHandler } from './plugins/error-handler.js'
import { idempotencyKeyPlugin } from './plugins/idempotency-key.js'
import { requestLogPlugin } from './plugins/request-log.js'
import { unreadBodyPlugin } from './plugins/unread-body.js'

declare module 'fastify' {
  interface FastifyInstance {
    listeners: Listeners
  }
}

/** A Fastify server that responds like the API, and has no routes yet. */
export function createServer ({ defaultKeyInflection, shutdownDelay }: Options, log: Logger): FastifyInstance {
  const handleError = createErrorHandler(log, request => inflectionOf(request, defaultKeyInflection))
  const listeners = new Listeners(defaultKeyInflection)
  const app: FastifyInstance = fastify({
    // its logger costs each response two listeners: 6 % of an update (bench/README.md). request-log.ts writes the lines.
    logger: false,
    serverFactory: handler => listeners.create(handler),
    clientErrorHandler: () => undefined, // the listeners have theirs
    frameworkErrors: (error, request, reply) => {
      handleError(error, request, reply)
      app.logRequest(request, reply)
    },
    routerOptions: { maxParamLength: 64 * 1024 }, // so that a long session ID is not found, instead of being refused
    return503OnClosing: false, // a request that arrives while the server closes gets its response
    pluginTimeout: 0 // writing many fixtures to a shared store takes a while
  })
  app.decorate('listeners', listeners)
  app.decorateRequest('failure')
  app.register(requestLogPlugin, { log })
  app.register(idempotencyKeyPlugin)
  app.register(unreadBodyPlugin)
  app.addHook('preClose', async () => listeners.close(shutdownDelay)) // the first one, so that everything works until then
  app.addHook('onClose', async () => listeners.closed())
  app.setErrorHandler(handleError)
  // compiled when first needed, because most runs never send most of the responses
  app.setSerializerCompiler<TSchema>(({ schema }) => body => writerOf(schema, 'snake')(body))
  return app
}
