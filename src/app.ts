import type { FastifyInstance } from 'fastify'
import { type DestinationStream, type Logger, pino } from 'pino'
import { ApiKeys } from './api-keys.js'
import { mockRoutes } from './mock-routes.js'
import { type Options, resolveOptions } from './options/options.js'
import { docsPlugin } from './plugins/docs.js'
import { createServer } from './server.js'
import { type NamedFixture, readFixtures } from './sessions/fixture-files.js'
import { watchFixtures } from './stores/watch-fixtures.js'
import { Workspace } from './workspace.js'
import { Workspaces } from './workspaces.js'

declare module 'fastify' {
  interface FastifyInstance {
    workspaces: Workspaces
  }
}

/**
 * Builds the mock, ready to be listened on or injected into. Two apps in one process share nothing.
 * @param given the options; see `Options` for their defaults
 * @param logStream where log lines go; by default standard output
 * @throws OptionsError when an option is wrong
 * @throws FixtureError when a fixture is
 */
export function buildApp (given: Partial<Options> = {}, logStream?: DestinationStream): FastifyInstance {
  const options = resolveOptions(given)
  const log = logStream === undefined ? pino({ level: options.logLevel }) : pino({ level: options.logLevel }, logStream)
  let fixtures = readFixtures(options.fixtures as string)
  const workspaces = createWorkspaces(options, () => fixtures, log)
  const surroundings = { log, options, workspaces, apiKeys: new ApiKeys(options.apiKeys) }

  const app = createServer(options, log)
  app.decorate('workspaces', workspaces)
  if (options.watch) {
    const watching = new AbortController()
    app.addHook('onClose', async () => watching.abort())
    app.register(async () => watchFixtures({
      path: options.fixtures as string,
      fixtures,
      log,
      onChange: (changes, all) => {
        fixtures = all
        for (const workspace of workspaces.all()) workspace.refresh(changes)
      },
      signal: watching.signal
    }))
  }
  app.register(docsPlugin, { build: async () => (await import('./documentation.js')).buildDocumentation(surroundings) })
  app.register(mockRoutes, surroundings)
  return app
}

function createWorkspaces (options: Options, fixtures: () => readonly NamedFixture[], log: Logger): Workspaces {
  return new Workspaces({
    isolation: options.isolation,
    max: options.maxWorkspaces,
    create: () => new Workspace({
      ...options,
      fixtures,
      onFirstEviction: () => {
        log.warn(`more than ${options.maxIdempotencyKeys} idempotency keys within 24 hours: the oldest are dropped. Raise --max-idempotency-keys (maxIdempotencyKeys).`)
      }
    }),
    onDrop: () => {
      log.warn(`more than ${options.maxWorkspaces} API keys: the workspace unused for the longest is dropped. Raise --max-workspaces (maxWorkspaces).`)
    }
  })
}
