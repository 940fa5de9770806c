import type { FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { apiError } from '../contract/errors.js'
import type { ApiKeys } from '../domain/api-keys.js'
import type { Workspace } from '../domain/workspace.js'
import type { Workspaces } from '../domain/workspaces.js'
import { authenticate } from '../http/plugins/api-key.js'
import type { ControlToken } from './control-token.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The workspace of a call of the control plane; an open call has none. */
    workspace: Workspace
  }
  interface FastifyContextConfig {
    /** Whether a call changes how the API behaves, so that with isolation it must name an API key. */
    needsWorkspaceKey?: boolean
    /** Whether a call needs neither control token nor workspace. `Host`, `Origin`, and `Sec-Fetch-Site` are still checked. */
    open?: boolean
    /** Whether it is a page that other sites may link to: it discloses nothing, and cannot be framed. */
    isPage?: boolean
  }
}

export interface GuardsOptions {
  apiKeys: ApiKeys
  workspaces: Workspaces
  /** The address that the mock listens on. */
  host: string
  /** Further host names by which the mock may be called. */
  allowedHosts: readonly string[]
  /** The mock's URL for browsers, if it is behind a proxy, which may send another `Host`. */
  publicUrl?: string
  /** The credentials that callers need, if any. */
  token: ControlToken | undefined
}

/**
 * Keeps foreign web pages away from the control plane. A page in a browser can send requests to this machine, but it cannot set their
 * `Origin` and `Sec-Fetch-Site`, or a `Host` of the mock. These are checked first, because a browser sends the cookie with requests of
 * any page. Then the plugin checks the token or the cookie, and finds the workspace.
 */
export const guardsPlugin = fastifyPlugin<GuardsOptions>(async (app, options) => {
  const { apiKeys, workspaces, token } = options
  const publicUrl = options.publicUrl === undefined ? undefined : new URL(options.publicUrl)
  const names = new Set([options.host, ...options.allowedHosts, hostName(publicUrl?.host ?? 'localhost')].map(name => name.toLowerCase()))

  app.decorateRequest('workspace')

  app.addHook('onRequest', (request, _reply, done) => {
    const { host = '', origin, 'sec-fetch-site': site } = request.headers
    const name = hostName(host)
    if (!isAllowed(name, request, names)) throw apiError('foreignHost', { host: name, name: name === '' ? '<name>' : name })
    if (origin !== undefined && origin !== publicUrl?.origin && !isOriginOf(host, origin)) throw apiError('foreignOrigin', { origin })
    const { open = false, isPage = false, needsWorkspaceKey = false } = request.routeOptions.config
    // a page on another port of this host is `same-site`, and gets the cookie: SameSite ignores ports
    if (!isPage && site !== undefined && site !== 'same-origin' && site !== 'none') throw apiError('foreignSite', { site })
    if (open) {
      done()
      return
    }
    if (token?.isIn(request.headers) === false) throw apiError('controlToken')
    const workspace = workspaceOf(request, needsWorkspaceKey)
    const enter = (workspace: Workspace) => {
      request.workspace = workspace
      return workspace.enter()
    }
    const world = workspace instanceof Promise ? workspace.then(enter) : enter(workspace)
    if (world instanceof Promise) world.then(() => done(), done)
    else done()
  })

  /** The workspace of a call. Without isolation, both headers are ignored. With both headers, the API key decides. */
  function workspaceOf (request: FastifyRequest, needsKey: boolean): Workspace | Promise<Workspace> {
    if (!workspaces.isolated) return workspaces.shared
    const { 'x-api-key': key, 'x-mock-workspace': id } = request.headers
    if (key !== undefined) return workspaces.of(authenticate(apiKeys, request))
    if (id !== undefined) return workspaces.find(String(id))
    if (needsKey) throw apiError('workspaceKeyRequired')
    return workspaces.shared
  }
}, { name: 'guards' })

function isAllowed (name: string, { socket }: FastifyRequest, names: ReadonlySet<string>): boolean {
  return name === 'localhost' || name === '::1' || /^127\.\d+\.\d+\.\d+$/.test(name) ||
    names.has(name) || name === socket.localAddress?.replace(/^::ffff:/, '')
}

/** The host of a `Host` header, without its port and without the brackets of an IPv6 address. */
function hostName (host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
}

function isOriginOf (host: string, origin: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase()
}
