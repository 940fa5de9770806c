import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import { apiError } from '../errors.js'

/** The operations that an app is given from now on, as `PATCH /sessions/{session_id}`. */
export function listOperations (app: FastifyInstance): readonly string[] {
  const operations: string[] = []
  app.addHook('onRoute', ({ method, url, schema }) => {
    if (schema?.operationId !== undefined && method !== 'HEAD') operations.push(`${String(method)} ${url.replace(/:(\w+)/g, '{$1}')}`)
  })
  return operations
}

/**
 * Answers every request of a scope that no route is for with a 404 that lists what there is. A scope of its own, so that
 * its hook is run for nothing else; a hook, because the handler would come after the body was read, and a bad body would
 * hide that the path is wrong.
 */
export const notFound: FastifyPluginAsync<{ operations: () => readonly string[] }> = async (app, { operations }) => {
  const refuse = ({ method, url }: FastifyRequest): never => {
    throw apiError('routeNotFound', { method, path: url, routes: operations().join(', ') })
  }
  app.addHook('onRequest', refuse)
  app.setNotFoundHandler(refuse)
}
