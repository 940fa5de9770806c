import type { FastifyPluginAsync } from 'fastify'
import { type GuardsOptions, guardsPlugin } from './guards.js'
import { clockRoutes } from './routes/clock.js'
import { faultsRoutes } from './routes/faults.js'
import { requestsRoutes } from './routes/requests.js'
import { sessionsRoutes } from './routes/sessions.js'
import { stateRoutes } from './routes/state.js'

/** The control plane: the mock's own API, by which a test puts the world into any state. Guarded as a whole. */
export const controlPlane: FastifyPluginAsync<GuardsOptions> = async (app, options) => {
  app.register(guardsPlugin, options)
  app.register(sessionsRoutes)
  app.register(stateRoutes)
  app.register(requestsRoutes)
  app.register(faultsRoutes)
  app.register(clockRoutes)
}
