import fastifyPlugin from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyRequest {
    /** When it arrived, by the process's own clock (`performance.now()`), in milliseconds: a workspace's clock can be moved. */
    arrivedAt: number
  }
}

/** Notes when each request arrived. Fastify's own `elapsedTime` runs only where somebody listens to the end of an answer. */
export const arrivalPlugin = fastifyPlugin(async app => {
  app.decorateRequest('arrivedAt', 0)
  app.addHook('onRequest', (request, _reply, done) => {
    request.arrivedAt = performance.now()
    done()
  })
}, { name: 'arrival' })
