import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { type DestinationStream, pino } from 'pino'
import { ApiKeys } from './api-keys.js'
import { controlPlane } from './control/plane.js'
import { healthRoute } from './control/routes/health.js'
import { type Options, resolveOptions } from './options.js'
import { apiKeyPlugin } from './plugins/api-key.js'
import { apiVersionPlugin } from './plugins/api-version.js'
import { createBrokenHttpHandler, createErrorHandler } from './plugins/error-handler.js'
import { faultsPlugin } from './plugins/faults.js'
import { idempotencyPlugin } from './plugins/idempotency.js'
import { journalPlugin } from './plugins/journal.js'
import { keyInflectionPlugin } from './plugins/key-inflection.js'
import { listOperations, notFound } from './plugins/not-found.js'
import { openapiPlugin } from './plugins/openapi.js'
import { requestBodyPlugin } from './plugins/request-body.js'
import { requestHeadersPlugin } from './plugins/request-headers.js'
import { RequestLog } from './plugins/request-log.js'
import { sessionRoutes } from './routes/sessions.js'
import { type NamedFixture, readFixtures } from './sessions/fixture-files.js'
import { watchFixtures } from './watch-fixtures.js'
import { Workspace } from './workspace.js'
import { Workspaces } from './workspaces.js'

declare module 'fastify' {
  interface FastifyInstance {
    workspaces: Workspaces
  }
}

/**
 * Builds the mock, ready to be listened on or injected into. Everything is registered in the order in which a request
 * meets it. Two apps in one process share nothing.
 * @param given the options; see `Options` for their defaults
 * @param logStream where log lines go; by default standard output
 * @throws OptionsError when an option is wrong
 * @throws FixtureError when a fixture is
 */
export function buildApp (given: Partial<Options> = {}, logStream?: DestinationStream): FastifyInstance {
  const options = resolveOptions(given)
  const { control, defaultKeyInflection, unknownFields } = options
  const log = logStream === undefined ? pino({ level: options.logLevel }) : pino({ level: options.logLevel }, logStream)
  const loggerInstance: FastifyBaseLogger = log
  const apiKeys = new ApiKeys(options.apiKeys)
  let fixtures = readFixtures(options.fixtures)
  const workspaces = createWorkspaces(options, () => fixtures, log)
  const answerError = createErrorHandler(defaultKeyInflection)

  const app: FastifyInstance = fastify({
    loggerInstance,
    logController: new RequestLog(log),
    childLoggerFactory: parent => parent, // a line that names its request needs no request id
    frameworkErrors: answerError,
    clientErrorHandler: createBrokenHttpHandler(defaultKeyInflection),
    // a host header that is missing, or a metadata key called __proto__, is no reason to refuse a request
    http: { requireHostHeader: false },
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    routerOptions: { maxParamLength: 64 * 1024 }, // a long session id is one that is not found
    requestTimeout: 30_000,
    return503OnClosing: false // what arrives while the server closes is still answered
  })
  app.decorate('workspaces', workspaces)
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  app.removeContentTypeParser('text/plain')
  app.setErrorHandler(answerError)
  const operations = listOperations(app)

  if (options.watch) {
    app.register(watchFixtures, {
      path: options.fixtures,
      fixtures,
      onChange: (changes, all) => {
        fixtures = all
        for (const workspace of workspaces.all()) workspace.refresh(changes)
      }
    })
  }
  app.register(openapiPlugin)
  app.register(async plane => {
    plane.register(requestBodyPlugin, { anyCasing: false })
    plane.register(healthRoute, { workspaces })
    if (control) plane.register(controlPlane, { ...options, apiKeys, workspaces })
  }, { prefix: '/_mock' })
  app.register(async api => {
    if (control) api.register(journalPlugin, { apiKeys, workspaces })
    api.register(notFound, { operations })
    api.register(async sessions => {
      sessions.register(apiKeyPlugin, { apiKeys, workspaces })
      if (control) sessions.register(faultsPlugin)
      sessions.register(apiVersionPlugin)
      sessions.register(requestHeadersPlugin)
      sessions.register(requestBodyPlugin, { anyCasing: true })
      sessions.register(idempotencyPlugin)
      sessions.register(sessionRoutes, { prefix: '/api/v1', documented: true, unknownFields })
      sessions.register(sessionRoutes, { prefix: '', documented: false, unknownFields })
      sessions.register(keyInflectionPlugin, { defaultKeyInflection })
    })
  })
  return app
}

function createWorkspaces (options: Options, fixtures: () => readonly NamedFixture[], log: FastifyBaseLogger): Workspaces {
  return new Workspaces({
    isolation: options.isolation,
    max: options.maxWorkspaces,
    create: () => new Workspace({
      ...options,
      fixtures,
      onFirstEviction: () => {
        log.warn(`more than ${options.maxIdempotencyKeys} idempotency keys within 24 hours: the oldest are dropped. Raise maxIdempotencyKeys.`)
      }
    }),
    onDrop: () => {
      log.warn(`more than ${options.maxWorkspaces} API keys: the workspace unused for the longest is dropped. Raise maxWorkspaces.`)
    }
  })
}

/** The OpenAPI document of the mock with these options. */
export async function openapiDocument (options: Partial<Options> = {}): Promise<object> {
  const app = buildApp({ ...options, logLevel: 'silent' })
  await app.ready()
  return app.swagger()
}
