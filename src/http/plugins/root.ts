import type { FastifyPluginAsync } from 'fastify'
import { version } from '../../own-package.js'
import { originOf } from '../paths.js'

export interface RootOptions {
  /** Whether there is an inspector. */
  inspector: boolean
  publicUrl: string | undefined
}

/** Serves the mock's URL: redirects browsers to the inspector, or to `/docs` without it, and returns the other URLs to programs. */
export const rootRoute: FastifyPluginAsync<RootOptions> = async (app, { inspector, publicUrl }) => {
  app.get('/', async (request, reply) => {
    const { accept } = request.headers
    // relative, so that it works below any path of a proxy
    if (accept?.includes('text/html') === true) return reply.redirect(inspector ? '_mock/' : 'docs')
    const origin = originOf(request, publicUrl)
    return {
      name: 'verifa-mock',
      version,
      api: `${origin}/api/v1`,
      docs: `${origin}/docs`,
      openapi: `${origin}/openapi.json`,
      ...(inspector && { inspector: `${origin}/_mock/` })
    }
  })
}
