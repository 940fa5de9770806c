import type { FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { ApiKey, ApiKeys } from '../../domain/api-keys.js'
import { apiError } from '../../contract/errors.js'
import type { Workspaces } from '../../domain/workspaces.js'
import type { World } from '../../domain/world.js'
import type { Operation } from '../operation.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The requested operation. */
    operation: Operation
    /** The API key that the request was sent with. */
    apiKey: ApiKey
    /** The world that the API key saw when the request arrived. */
    world: World
  }
  interface FastifyContextConfig {
    operation?: Operation
  }
}

export interface ApiKeyOptions {
  apiKeys: ApiKeys
  workspaces: Workspaces
}

/**
 * Authenticates a request to an operation, before all other checks: 401 without a valid key, 403 if the key may not use
 * the operation.
 */
export const apiKeyPlugin = fastifyPlugin<ApiKeyOptions>(async (app, { apiKeys, workspaces }) => {
  app.decorateRequest('operation')
  app.decorateRequest('apiKey')
  app.decorateRequest('world')

  app.addHook('onRequest', (request, _reply, done) => {
    const operation = request.operation = request.routeOptions.config.operation as Operation
    const apiKey = authenticate(apiKeys, request)
    if (apiKey.publishable && !operation.scopes.includes('sessions:create')) throw apiError('publishableKey')
    if (!hasScope(apiKey, operation)) throw apiError('missingScope', { scope: operation.scopes.join(' or ') })
    if (operation.sandboxOnly === true && apiKey.environment === 'live') throw apiError('sandboxOnly')
    request.apiKey = apiKey
    const world = workspaces.of(apiKey).enter()
    if (!(world instanceof Promise)) {
      request.world = world
      done()
      return
    }
    world.then(world => {
      request.world = world
      done()
    }, done)
  })
}, { name: 'api-key' })

function hasScope ({ scopes }: ApiKey, operation: Operation): boolean {
  return scopes === undefined || operation.scopes.some(scope => scopes.includes(scope))
}

/**
 * The key that a request was sent with.
 * @throws ApiError 401 if it is missing or not valid
 */
export function authenticate (apiKeys: ApiKeys, { headers }: FastifyRequest): ApiKey {
  const key = headers['x-api-key'] as string | undefined
  if (key === undefined || key === '') throw apiError('missingApiKey')
  const apiKey = apiKeys.find(key)
  if (apiKey === undefined) throw apiError('invalidApiKey', {}, { reason: apiKeys.reasonToRefuse(key) })
  return apiKey
}
