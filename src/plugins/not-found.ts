import type { FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { apiError } from '../errors.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route is named to those who ask for one that is not there. */
    listed?: boolean
  }
}

/** Answers every request that no route is for with a 404 that lists the routes there are. */
export const notFoundPlugin = fastifyPlugin(async app => {
  const routes = new Set<string>()

  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.listed !== true) return
    for (const verb of [method].flat()) if (verb !== 'HEAD') routes.add(`${verb} ${url.replace(/:(\w+)/g, '{$1}')}`)
  })

  const refuse = ({ method, url }: FastifyRequest): never => {
    throw apiError('routeNotFound', { method, path: url, routes: [...routes].join(', ') })
  }

  // in a scope of its own, so that its hook is run for what is not found and nothing else; a hook, because the
  // handler would come after the body was read, and a body that cannot be read would hide that the path is wrong
  app.register(async scope => {
    scope.addHook('onRequest', refuse)
    scope.setNotFoundHandler(refuse)
  })
}, { name: 'not-found' })
