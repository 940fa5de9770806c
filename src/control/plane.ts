import type { FastifyPluginAsync } from 'fastify'
import { resultSchemasOf } from '../http/operations/operations.js'
import { pathOfUrl } from '../http/paths.js'
import { createErrorHandler } from '../http/plugins/error-handler.js'
import type { Route } from '../http/nearest-routes.js'
import { notFound } from '../http/plugins/not-found.js'
import { requestBodyPlugin } from '../http/plugins/request-body.js'
import type { Dependencies } from '../http/routes.js'
import { ControlToken } from './control-token.js'
import { guardsPlugin } from './guards.js'
import { pageRoutes } from './inspector/page-routes.js'
import { clockRoutes } from './routes/clock.js'
import { eventsRoute } from './routes/events.js'
import { faultsRoutes } from './routes/faults.js'
import { healthRoute } from './routes/health.js'
import { loginRoutes } from './routes/login.js'
import { overviewRoute } from './routes/overview.js'
import { rateLimitsRoutes } from './routes/rate-limits.js'
import { requestsRoutes } from './routes/requests.js'
import { resendRoute } from './routes/resend.js'
import { sessionFixturesRoutes } from './routes/session-fixtures.js'
import { sessionsRoutes } from './routes/sessions.js'
import { stateRoutes } from './routes/state.js'
import { webhooksRoutes } from './routes/webhooks.js'

/** The mock's own API, with which a test puts a workspace into any state. Everything except health and readiness is guarded. */
export const controlPlane: FastifyPluginAsync<Dependencies> = async (app, { log, options, operations, apiKeys, workspaces }) => {
  const routes: Route[] = []
  app.addHook('onRoute', ({ method, url, schema }) => {
    if (schema?.operationId !== undefined && method !== 'HEAD') routes.push([String(method), pathOfUrl(url)])
  })

  app.setErrorHandler(createErrorHandler(log, () => 'snake'))
  app.register(requestBodyPlugin, { anyCasing: false })
  app.register(notFound, { routes: () => routes })
  app.register(healthRoute, { workspaces })
  if (!options.control) return
  const { controlToken, publicUrl } = options
  const token = controlToken === undefined ? undefined : new ControlToken(controlToken, publicUrl)
  const ids = operations.map(({ id }) => id)
  app.register(async guarded => {
    guarded.register(guardsPlugin, { ...options, apiKeys, workspaces, token })
    guarded.register(loginRoutes, { token })
    if (options.inspector) guarded.register(pageRoutes)
    guarded.register(sessionsRoutes, { publicUrl })
    guarded.register(sessionFixturesRoutes, { publicUrl })
    guarded.register(stateRoutes, { results: resultSchemasOf(operations) })
    guarded.register(requestsRoutes)
    guarded.register(resendRoute, { apiKeys })
    guarded.register(faultsRoutes, { operations: ids })
    guarded.register(webhooksRoutes)
    guarded.register(clockRoutes)
    guarded.register(rateLimitsRoutes, { apiKeys })
    guarded.register(eventsRoute, { workspaces })
    guarded.register(overviewRoute, { workspaces, operations: ids })
  })
}
