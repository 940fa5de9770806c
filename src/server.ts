import { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { TSchema } from '@sinclair/typebox'
import fastify, { type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Options } from './options/options.js'
import { arrivalPlugin } from './plugins/arrival.js'
import { createBrokenHttpHandler, createErrorHandler } from './plugins/error-handler.js'
import { inflectionOf } from './plugins/key-inflection.js'
import { requestLogPlugin } from './plugins/request-log.js'
import { answerText } from './serialization.js'
import { Turns } from './turns.js'

/** A Fastify server that answers whatever comes in the manner of the API, and has no route yet. */
export function createServer ({ defaultKeyInflection }: Options, log: Logger): FastifyInstance {
  const answerError = createErrorHandler(log, request => inflectionOf(request, defaultKeyInflection))
  const turns = new Turns()
  const app: FastifyInstance = fastify({
    logger: false, // Fastify would make one of its own for each request
    genReqId: () => '', // a line of the log names its request; none needs a number
    frameworkErrors: (error, request, reply) => {
      app.noteArrival(request, reply)
      answerError(error, request, reply)
      app.logRequest(request, reply)
    },
    clientErrorHandler: createBrokenHttpHandler(defaultKeyInflection, turns),
    // a host header that is missing, or a metadata key called __proto__, is no reason to refuse a request
    http: { requireHostHeader: false, keepAlive: true },
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    routerOptions: { maxParamLength: 64 * 1024 }, // a long session id is one that is not found
    requestTimeout: 30_000,
    return503OnClosing: false // what arrives while the server closes is still answered
  })
  // An idle connection is never closed: a client whose next request meets one that is closing sees an error that is none of
  // the API's, and to set a timer for each answer takes time. The system finds connections whose client is gone (`keepAlive`).
  app.server.keepAliveTimeout = 0 // Fastify takes a 0 among its options for its default
  app.register(arrivalPlugin, { turns })
  app.register(requestLogPlugin, { log })
  app.decorateRequest('failure')
  // an expectation that nobody knows is no reason either (RFC 9110 lets a server pass over it)
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  // Node.js would close the connection of who asks for a tunnel without a word: like every method that is not there it is a 404
  app.server.on('connect', (request, socket: Socket) => {
    socket.on('error', () => socket.destroy()) // Node.js listens to it no longer
    turns.after(socket, () => {
      if (!socket.writable) return
      const response = new ServerResponse(request)
      response.assignSocket(socket)
      response.shouldKeepAlive = false
      response.on('finish', () => socket.destroySoon())
      app.server.emit('request', request, response)
    })
  })
  // a connection whose last answer comes while the server closes must not keep it until its client lets go
  app.addHook('preClose', async () => {
    app.server.keepAliveTimeout = 1
  })
  app.removeContentTypeParser('text/plain')
  app.setErrorHandler(answerError)
  app.setSerializerCompiler<TSchema>(({ schema }) => answer => answerText(schema, 'snake', answer))
  return app
}
