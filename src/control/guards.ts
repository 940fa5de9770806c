import { hash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { ApiKeys } from '../api-keys.js'
import { apiError } from '../errors.js'
import { authenticate } from '../plugins/api-key.js'
import type { Workspace } from '../workspace.js'
import type { Workspaces } from '../workspaces.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The workspace that a call of the control plane is about. */
    workspace: Workspace
  }
}

export interface GuardsOptions {
  apiKeys: ApiKeys
  workspaces: Workspaces
  /** The address that is listened on. */
  host: string
  /** Further host names by which the mock may be called. */
  allowedHosts: readonly string[]
  controlToken?: string
}

/**
 * Keeps web pages away from the control plane: a page that somebody looks at can send requests to this machine, but not
 * choose their `Origin`, nor, unless it has made its name point here, a `Host` of ours. Then asks for the token, if one
 * is set, and finds the workspace.
 */
export const guardsPlugin = fastifyPlugin<GuardsOptions>(async (app, options) => {
  const { apiKeys, workspaces, controlToken } = options
  const names = new Set([options.host, ...options.allowedHosts].map(name => name.toLowerCase()))
  const token = controlToken === undefined ? undefined : digest(controlToken)

  app.decorateRequest('workspace')

  app.addHook('onRequest', (request, _reply, done) => {
    const { host, origin, authorization } = request.headers
    if (!isOurs(request, names)) throw apiError('foreignHost', { host: host ?? '' })
    if (origin !== undefined && !isSameSite(origin, host)) throw apiError('foreignOrigin', { origin })
    if (token !== undefined && !timingSafeEqual(token, digest(/^Bearer (.*)$/i.exec(authorization ?? '')?.[1] ?? ''))) throw apiError('controlToken')
    const anonymous = !workspaces.isolated || request.headers['x-api-key'] === undefined
    request.workspace = anonymous ? workspaces.shared : workspaces.of(authenticate(apiKeys, request))
    done()
  })
}, { name: 'guards' })

function isOurs ({ headers, socket }: FastifyRequest, names: ReadonlySet<string>): boolean {
  const name = hostName(headers.host)
  return name === 'localhost' || name === '::1' || /^127\.\d+\.\d+\.\d+$/.test(name) ||
    names.has(name) || name === socket.localAddress?.replace(/^::ffff:/, '')
}

/** The host of a `Host` header, without its port and, where it is an IPv6 address, its brackets. */
function hostName (host = ''): string {
  return host.toLowerCase().replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
}

function isSameSite (origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase()
}

function digest (text: string): Buffer {
  return hash('sha256', text, 'buffer')
}
