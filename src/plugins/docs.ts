import type { FastifyInstance, RouteHandlerMethod } from 'fastify'
import fastifyPlugin from 'fastify-plugin'

/**
 * Serves the document of the contract and the page to read it, from an app that is built when somebody first asks:
 * most mocks are started to be tested against, and what makes the document takes longer to load than all the rest.
 */
export const docsPlugin = fastifyPlugin<{ build: () => Promise<FastifyInstance> }>(async (app, { build }) => {
  let documentation: Promise<FastifyInstance> | undefined

  const serve: RouteHandlerMethod = async (request, reply) => {
    documentation ??= build().catch((error: unknown) => {
      documentation = undefined // to be tried again
      throw error
    })
    const site = await documentation
    reply.hijack()
    reply.raw.once('finish', () => app.logRequest(request, reply)) // no hook is run for what another app answers
    site.routing(request.raw, reply.raw)
  }
  for (const path of ['/openapi.json', '/docs', '/docs/*']) app.get(path, { schema: { hide: true } }, serve)

  app.addHook('onClose', async () => (await documentation)?.close())
}, { name: 'docs' })
