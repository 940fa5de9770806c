import fastifyPlugin from 'fastify-plugin'
import { apiError } from '../errors.js'
import type { Environment } from '../sessions/session.js'
import type { Workspace } from '../sessions/workspace.js'

/** Who asks: an API key, the environment that its prefix selects, and the workspace that it sees. */
export interface Caller {
  apiKey: string
  environment: Environment
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
  /** The keys to accept, as `KEY` or `KEY=SCOPE+SCOPE`; none means that every well-formed key is accepted. */
  apiKeys: readonly string[]
  workspace: Workspace
}

/** The prefix selects the environment; something must follow it (our decision). */
const KEY = /^vk_(pub_)?(live|sandbox)_./

/**
 * Finds out who asks, before anything else of a request is looked at.
 * 401 without a valid key, 403 where the key may not do what the route does.
 */
export const apiKeyPlugin = fastifyPlugin<ApiKeyOptions>(async (app, { apiKeys, workspace }) => {
  const accepted = new Map(apiKeys.map(entry => {
    const [key = '', scopes] = entry.split('=')
    return [key, scopes?.split('+')]
  }))

  app.decorateRequest('caller')

  app.addHook('onRequest', (request, _reply, done) => {
    const apiKey = request.headers['x-api-key']
    if (typeof apiKey !== 'string' || apiKey === '') throw apiError('missingApiKey')
    const parts = KEY.exec(apiKey)
    if (parts === null || (accepted.size > 0 && !accepted.has(apiKey))) throw apiError('invalidApiKey')

    const [, publishable, environment] = parts
    const { scope } = request.routeOptions.config
    if (publishable !== undefined && scope !== 'sessions:create') throw apiError('publishableKey')
    if (scope !== undefined && accepted.get(apiKey)?.includes(scope) === false) throw apiError('missingScope', { scope })

    request.caller = { apiKey, environment: environment as Environment, workspace }
    done()
  })
}, { name: 'api-key' })

/** A key as it may stand in a log: its prefix and, where enough stays hidden, its last four characters. */
export function maskApiKey (apiKey: string): string {
  const prefix = /^vk_(pub_)?(live|sandbox)_/.exec(apiKey)?.[0] ?? ''
  const secret = apiKey.slice(prefix.length)
  return `${prefix}…${secret.length > 8 ? secret.slice(-4) : ''}`
}
