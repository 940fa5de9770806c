import type { FastifyPluginAsync } from 'fastify'
import type { Logger } from 'pino'
import type { ApiKeys } from '../domain/api-keys.js'
import type { Workspaces } from '../domain/workspaces.js'
import type { Options } from '../options/options.js'
import { captureRoutePaths, captureRoutes } from './capture/capture-routes.js'
import { notMocked } from './not-mocked.js'
import type { Operation } from './operation.js'
import { operationRoutes } from './operation-routes.js'
import { apiKeyPlugin } from './plugins/api-key.js'
import { apiVersionPlugin } from './plugins/api-version.js'
import { faultsPlugin } from './plugins/faults.js'
import { journalPlugin } from './plugins/journal.js'
import type { Route } from './nearest-routes.js'
import { notFound } from './plugins/not-found.js'
import { rateLimitsPlugin } from './plugins/rate-limits.js'
import { requestBodyPlugin } from './plugins/request-body.js'
import { requestHeadersPlugin } from './plugins/request-headers.js'
import { unknownQueryPlugin } from './plugins/unknown-query.js'

/** The dependencies of the routes. */
export interface Dependencies {
  log: Logger
  options: Options
  /** The operations of the vendor's API. */
  operations: readonly Operation[]
  apiKeys: ApiKeys
  workspaces: Workspaces
}

/** The vendor's API, and the path of a request through it: a request passes the plugins in the order of these lines. */
export const apiRoutes: FastifyPluginAsync<Dependencies> = async (app, { log, options, operations, apiKeys, workspaces }) => {
  const { control, defaultKeyInflection, publicUrl, unknownFields, webhookHosts } = options
  const routes: Route[] = [...operations.map(({ method, path }): Route => [method, path]), ...captureRoutePaths]
  for (const name of ['outcome', 'capture', 'page']) app.decorateRequest(name)

  if (control) app.register(journalPlugin, { log, apiKeys, workspaces })
  app.register(notFound, { routes: () => routes, notMocked })
  app.register(async api => {
    api.register(apiKeyPlugin, { apiKeys, workspaces })
    api.register(rateLimitsPlugin)
    if (control) api.register(faultsPlugin)
    api.register(apiVersionPlugin)
    api.register(requestHeadersPlugin)
    api.register(unknownQueryPlugin)
    api.register(requestBodyPlugin, { anyCasing: true })
    api.register(operationRoutes, { operations, unknownFields, defaultKeyInflection, publicUrl, webhookHosts })
  })
  app.register(captureRoutes, { log, workspaces, unknownFields, defaultKeyInflection, publicUrl })
}
