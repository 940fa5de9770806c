import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { type DestinationStream, pino } from 'pino'
import { controlRoutes } from './control/routes.js'
import { type Options, resolveOptions } from './options.js'
import { apiKeyPlugin } from './plugins/api-key.js'
import { apiVersionPlugin } from './plugins/api-version.js'
import { createBrokenHttpHandler, createErrorHandler } from './plugins/error-handler.js'
import { idempotencyPlugin } from './plugins/idempotency.js'
import { keyInflectionPlugin } from './plugins/key-inflection.js'
import { notFoundPlugin } from './plugins/not-found.js'
import { openapiPlugin } from './plugins/openapi.js'
import { requestBodyPlugin } from './plugins/request-body.js'
import { requestHeadersPlugin } from './plugins/request-headers.js'
import { RequestLog } from './plugins/request-log.js'
import { sessionRoutes } from './routes/sessions.js'
import { readFixtures } from './sessions/fixture-files.js'
import { createWorkspace, type Workspace } from './sessions/workspace.js'

declare module 'fastify' {
  interface FastifyInstance {
    workspace: Workspace
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
  const { apiKeys, defaultKeyInflection, unknownFields } = options
  const log = logStream === undefined ? pino({ level: options.logLevel }) : pino({ level: options.logLevel }, logStream)
  const loggerInstance: FastifyBaseLogger = log
  const workspace = createWorkspace({
    fixtures: now => readFixtures(options.fixtures, now),
    maxIdempotencyKeys: options.maxIdempotencyKeys,
    onFirstEviction: () => {
      log.warn(`more than ${options.maxIdempotencyKeys} idempotency keys within 24 hours: the oldest are dropped. Raise maxIdempotencyKeys.`)
    }
  })
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
  app.decorate('workspace', workspace)
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  app.removeContentTypeParser('text/plain')

  app.setErrorHandler(answerError)
  app.register(notFoundPlugin)
  app.register(openapiPlugin)
  app.register(requestBodyPlugin, { anyCasing: false })
  app.register(controlRoutes, { prefix: '/_mock', workspace })
  app.register(async api => {
    api.register(apiKeyPlugin, { apiKeys, workspace })
    api.register(apiVersionPlugin)
    api.register(requestHeadersPlugin)
    api.register(requestBodyPlugin, { anyCasing: true })
    api.register(idempotencyPlugin)
    api.register(sessionRoutes, { prefix: '/api/v1', documented: true, unknownFields })
    api.register(sessionRoutes, { prefix: '', documented: false, unknownFields })
    api.register(keyInflectionPlugin, { defaultKeyInflection })
  })
  return app
}

/** The OpenAPI document of the mock with these options. */
export async function openapiDocument (options: Partial<Options> = {}): Promise<object> {
  const app = buildApp({ ...options, logLevel: 'silent' })
  await app.ready()
  return app.swagger()
}
