import type { FastifyPluginAsync } from 'fastify'
import type { Logger } from 'pino'
import type { ApiKeys } from './api-keys.js'
import { controlPlane } from './control/plane.js'
import { healthRoute } from './control/routes/health.js'
import type { Options } from './options/options.js'
import { apiKeyPlugin } from './plugins/api-key.js'
import { apiVersionPlugin } from './plugins/api-version.js'
import { createErrorHandler } from './plugins/error-handler.js'
import { faultsPlugin } from './plugins/faults.js'
import { idempotencyPlugin } from './plugins/idempotency.js'
import { journalPlugin } from './plugins/journal.js'
import { emptyBodyPlugin } from './plugins/empty-body.js'
import { keyInflectionPlugin } from './plugins/key-inflection.js'
import { listOperations, notFound } from './plugins/not-found.js'
import { requestBodyPlugin } from './plugins/request-body.js'
import { requestHeadersPlugin } from './plugins/request-headers.js'
import { sessionRoutes } from './routes/sessions.js'
import type { Workspaces } from './workspaces.js'

/** What the routes of a mock are made with. */
export interface Surroundings {
  log: Logger
  options: Options
  apiKeys: ApiKeys
  workspaces: Workspaces
}

/** All routes of the mock, and the way of a request to each: the lines stand in the order in which it meets them. */
export const mockRoutes: FastifyPluginAsync<Surroundings> = async (app, { log, options, apiKeys, workspaces }) => {
  const { control, defaultKeyInflection, unknownFields } = options
  const operations = listOperations(app)
  const isControl = (operation: string) => operation.includes(' /_mock/')

  app.register(async plane => {
    plane.setErrorHandler(createErrorHandler(log, () => 'snake'))
    plane.register(emptyBodyPlugin)
    plane.register(requestBodyPlugin, { anyCasing: false })
    plane.register(notFound, { operations: () => operations.filter(isControl) })
    plane.register(healthRoute, { workspaces })
    if (control) plane.register(controlPlane, { ...options, apiKeys, workspaces })
  }, { prefix: '/_mock' })

  app.register(async api => {
    if (control) api.register(journalPlugin, { apiKeys, workspaces })
    api.register(notFound, { operations: () => operations.filter(operation => !isControl(operation)) })
    api.register(async sessions => {
      sessions.register(apiKeyPlugin, { apiKeys, workspaces })
      if (control) sessions.register(faultsPlugin)
      sessions.register(apiVersionPlugin)
      sessions.register(keyInflectionPlugin, { defaultKeyInflection })
      sessions.register(requestHeadersPlugin)
      sessions.register(requestBodyPlugin, { anyCasing: true })
      sessions.register(idempotencyPlugin)
      sessions.register(sessionRoutes, { prefix: '/api/v1', documented: true, unknownFields })
      sessions.register(sessionRoutes, { prefix: '', documented: false, unknownFields })
    })
  })
}
