import type { FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { ApiKey, ApiKeys } from '../api-keys.js'
import { apiError } from '../errors.js'
import type { Workspace } from '../workspace.js'
import type { Workspaces } from '../workspaces.js'

/** Who asks: an API key and the workspace that it sees. */
export interface Caller {
  apiKey: ApiKey
  workspace: Workspace
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
  }
  interface FastifyContextConfig {
    /** The scope that an operation asks of its caller's key, as `sessions:write` (the vendor's page on keys). */
    scope?: string
  }
}

export interface ApiKeyOptions {
  apiKeys: ApiKeys
  workspaces: Workspaces
}

/**
 * Finds out who asks, before anything else of a request is looked at.
 * 401 without a valid key, 403 where the key may not do what the route does.
 */
export const apiKeyPlugin = fastifyPlugin<ApiKeyOptions>(async (app, { apiKeys, workspaces }) => {
  app.decorateRequest('caller')

  app.addHook('onRequest', (request, _reply, done) => {
    const apiKey = authenticate(apiKeys, request)
    const { scope } = request.routeOptions.config
    if (apiKey.publishable && scope !== 'sessions:create') throw apiError('publishableKey')
    if (scope !== undefined && apiKey.scopes?.includes(scope) === false) throw apiError('missingScope', { scope })
    request.caller = { apiKey, workspace: workspaces.of(apiKey) }
    done()
  })
}, { name: 'api-key' })

/** The key that a request was sent with. 401 when it is missing or not valid. */
export function authenticate (apiKeys: ApiKeys, { headers }: FastifyRequest): ApiKey {
  const key = headers['x-api-key'] as string | undefined
  if (key === undefined || key === '') throw apiError('missingApiKey')
  const apiKey = apiKeys.find(key)
  if (apiKey === undefined) throw apiError('invalidApiKey')
  return apiKey
}
