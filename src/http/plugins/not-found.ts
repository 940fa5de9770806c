import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { apiError } from '../../contract/errors.js'
import { maskApiKeysIn } from '../../contract/masking.js'
import { matchesAny, nearestRoutes, type Route } from '../nearest-routes.js'

export interface NotFoundOptions {
  /** Returns the routes to suggest, which are known after all routes are registered. */
  routes: () => readonly Route[]
  /** Operations that Verifa has and the mock does not: a 501. `*` matches any method, and at the end of a path, everything below it. */
  notMocked?: readonly Route[]
}

/**
 * Responds to every request of a scope that no route matches: with a 501 for operations that Verifa has and the mock does not, otherwise
 * with a 404 that names the nearest routes. It has its own scope, so that its hook runs for nothing else. It is a hook, because a handler
 * would run after the body was read, and a bad body would hide the wrong path.
 */
export const notFound: FastifyPluginAsync<NotFoundOptions> = async (app, { routes, notMocked = [] }) => {
  const refuse = ({ method, url }: FastifyRequest): never => {
    if (matchesAny(method, url, notMocked)) throw apiError('notImplemented', { method, path: maskApiKeysIn(url) })
    const nearest = nearestRoutes(method, url, routes()).map(route => route.join(' ')).join(', ')
    throw apiError('routeNotFound', { method, path: maskApiKeysIn(url), routes: nearest })
  }
  app.addHook('onRequest', refuse)
  app.setNotFoundHandler(refuse)
}
