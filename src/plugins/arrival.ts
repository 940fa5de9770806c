import type { FastifyReply } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { Turns } from '../turns.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Notes the arrival of a request, where Fastify runs no hooks. */
    noteArrival: (request: FastifyRequest, reply: FastifyReply) => void
  }
  interface FastifyRequest {
    /** When it arrived, by the process's own clock (`performance.now()`), in milliseconds: a workspace's clock can be moved. */
    arrivedAt: number
  }
}

/**
 * Notes when each request arrived, and on which connection: Fastify's own `elapsedTime` runs only where somebody listens to
 * the end of an answer, and a listener of the server's, beside Fastify's, would cost more than this hook.
 */
export const arrivalPlugin = fastifyPlugin<{ turns: Turns }>(async (app, { turns }) => {
  app.decorateRequest('arrivedAt', 0)

  app.decorate('noteArrival', (request, reply) => {
    request.arrivedAt = performance.now()
    turns.note(request.raw, reply.raw)
  })

  app.addHook('onRequest', (request, reply, done) => {
    app.noteArrival(request, reply)
    done()
  })
}, { name: 'arrival' })
