import type { FastifyInstance } from 'fastify'
import { type DestinationStream, type Logger, pino } from 'pino'
import { controlPlane } from './control/plane.js'
import { ApiKeys } from './domain/api-keys.js'
import { FixtureSet } from './domain/fixtures/fixture-set.js'
import { SESSION_EXPIRE, sessionExpiry } from './domain/sessions/expiry.js'
import type { SavedEndpoint } from './domain/webhooks/saved.js'
import type { Send } from './domain/webhooks/sending.js'
import { type InitialState, Workspace } from './domain/workspace.js'
import { Workspaces } from './domain/workspaces.js'
import { outcomeEndpoint } from './http/capture/endpoint.js'
import { type Endpoint, endpointOf, endpointOfRoute } from './http/openapi/endpoint.js'
import { openApiDocument } from './http/openapi/document.js'
import { describeWebhooks } from './http/openapi/webhooks.js'
import { operations, resultSchemasOf } from './http/operations/operations.js'
import { docsPlugin } from './http/plugins/docs.js'
import { rootRoute } from './http/plugins/root.js'
import { apiRoutes } from './http/routes.js'
import { createServer } from './http/server.js'
import { createSender } from './outbound/sender.js'
import type { Options } from './options/options.js'
import { resolveOptions } from './options/resolve.js'
import type { WorldBounds } from './stores/bounds.js'
import { readFixtures, type ReadFixtures } from './stores/fixture-files.js'
import { MemoryWorlds } from './stores/memory-worlds.js'
import { SharedStore } from './stores/shared-store.js'
import { StateFile } from './stores/state-file.js'
import { StateWriter } from './stores/state-writer.js'
import { watchFixtures, type WatchOptions } from './stores/watch-fixtures.js'

declare module 'fastify' {
  interface FastifyInstance {
    workspaces: Workspaces
  }
}

/**
 * Builds the mock, ready to listen or to be injected into. Two apps in one process share nothing.
 * @param given the options; see `Options` for their defaults
 * @param logStream where log lines go; by default standard output
 * @throws OptionsError when an option is wrong
 * @throws FixtureError when a fixture or the state file is wrong
 * @throws StateFileError when another process uses the state file, or it cannot be written
 */
export function buildApp (given: Partial<Options> = {}, logStream?: DestinationStream): FastifyInstance {
  const options = resolveOptions(given)
  const log = logStream === undefined ? pino({ level: options.logLevel }) : pino({ level: options.logLevel }, logStream)
  const results = resultSchemasOf(operations)
  const initialStateOf = ({ fixtures, ...rest }: ReadFixtures): InitialState =>
    ({ ...rest, fixtures: new FixtureSet(fixtures, options.publicUrl) })
  const fromFixtures = readFixtures(options.fixtures, results)
  const stateFile = options.state === undefined ? undefined : new StateFile(options.state, results)
  let initialState = initialStateOf(stateFile?.state ?? fromFixtures)
  const sender = createSender({ hosts: options.webhookHosts, timeout: options.webhookTimeout })
  const bounds = worldBoundsOf(options, log)
  const store = sharedStoreOf(options, bounds, log)
  const workspaces = createWorkspaces(options, () => initialState, sender.send, store, bounds, log)
  if (store === undefined) void workspaces.shared.enter()
  initialState = initialStateOf(fromFixtures) // a reset returns to the fixtures
  const stateWriter = stateFile === undefined ? undefined : new StateWriter({ workspace: workspaces.shared, file: stateFile, log }).start()
  const dependencies = { log, options, operations, workspaces, apiKeys: new ApiKeys(options.apiKeys) }

  const app = createServer(options, log)
  app.decorate('workspaces', workspaces)
  if (store !== undefined) {
    app.addHook('onReady', async () => store.open(async () => workspaces.shared.enter()))
  }
  app.addHook('onClose', async () => {
    workspaces.close()
    sender.close()
    store?.close()
    await app.listeners.closed()
    await stateWriter?.close()
  })
  if (options.watch && typeof options.fixtures === 'string') {
    const { fixtures: path } = options
    watch(app, {
      path,
      fixtures: fromFixtures.fixtures,
      log,
      read: () => readFixtures(path, results).fixtures,
      onChange: (changes, all) => {
        initialState = { ...initialState, fixtures: new FixtureSet(all, options.publicUrl) }
        for (const workspace of workspaces.all()) void workspace.refresh(changes)
      }
    })
  }
  const routes = collectRoutes(app)
  app.register(docsPlugin, {
    document: () => openApiDocument(
      [...routes, ...operations.map(operation => endpointOf(operation, options)), outcomeEndpoint(options)], describeWebhooks(options)
    )
  })
  app.register(rootRoute, { inspector: options.control && options.inspector, publicUrl: options.publicUrl })
  app.register(controlPlane, { ...dependencies, prefix: '/_mock' })
  app.register(apiRoutes, dependencies)
  return app
}

/** Watches the fixtures from when the app is ready until it is closed. */
function watch (app: FastifyInstance, options: Omit<WatchOptions, 'signal'>): void {
  const closing = new AbortController()
  app.addHook('onReady', async () => watchFixtures({ ...options, signal: closing.signal }))
  app.addHook('onClose', async () => closing.abort())
}

/** The routes of the control plane, which are documented from their schemas. */
function collectRoutes (app: FastifyInstance): readonly Endpoint[] {
  const routes: Endpoint[] = []
  app.addHook('onRoute', ({ method, url, schema }) => {
    if (schema?.operationId !== undefined && method !== 'HEAD') routes.push(endpointOfRoute(String(method), url, schema))
  })
  return routes
}

/** The store that replicas share, if there is one. */
function sharedStoreOf ({ store: url, maxWorkspaces }: Options, bounds: WorldBounds, log: Logger): SharedStore | undefined {
  return url === undefined ? undefined : new SharedStore({ url, maxWorkspaces, log, ...bounds })
}

/** The limits of each world. The first eviction of an idempotency key is logged. */
function worldBoundsOf (options: Options, log: Logger): WorldBounds {
  const { maxIdempotencyKeys, maxIdempotencyBytes, maxDeliveries, maxDeliveryBytes, maxJournalEntries, maxJournalBytes } = options
  let isLogged = false
  const onEviction = () => {
    if (isLogged) return
    isLogged = true
    log.warn(`More than ${maxIdempotencyKeys} idempotency keys, or more than ${maxIdempotencyBytes} bytes of them, within 24 hours: ` +
      'the oldest are evicted. Raise --max-idempotency-keys (maxIdempotencyKeys) or --max-idempotency-bytes (maxIdempotencyBytes).')
  }
  return {
    idempotency: { max: maxIdempotencyKeys, maxBytes: maxIdempotencyBytes, onEviction },
    deliveries: { max: maxDeliveries, maxBytes: maxDeliveryBytes },
    maxJournalEntries,
    maxJournalBytes
  }
}

function createWorkspaces (
  options: Options, initialState: () => InitialState, send: Send, store: SharedStore | undefined, bounds: WorldBounds,
  log: Logger
): Workspaces {
  const { maxWorkspaces } = options
  return new Workspaces({
    isolation: options.isolation,
    max: maxWorkspaces,
    registry: store?.workspaces,
    create: owner => new Workspace({
      initialState,
      worlds: store?.worldsOf(owner) ?? new MemoryWorlds(bounds),
      webhooks: { send, payload: options.webhookPayload, signatureTime: options.webhookSignatureTime },
      webhookEndpoints: endpointsOf(options),
      publicUrl: options.publicUrl,
      plan: options.plan,
      rateLimit: options.rateLimit,
      dueHandlers: { [SESSION_EXPIRE]: sessionExpiry },
      onTimelineError: (error, item) => log.error({ err: error, type: item?.type, subject: item?.subject }, 'a due item could not be carried out')
    }),
    onDrop: () => {
      log.warn(`More than ${maxWorkspaces} API keys: the least recently used workspace was evicted. Raise --max-workspaces (maxWorkspaces).`)
    }
  })
}

/** The webhook endpoints of the options: one for each environment. */
function endpointsOf ({ webhookUrl: url, webhookSecret: secret }: Options): SavedEndpoint[] {
  if (url === undefined) return []
  return (['live', 'sandbox'] as const).map(environment => ({ id: `webhook_${environment}`, url, environment, ...(secret !== undefined && { secret }) }))
}
