import { fastify, type FastifyInstance, type RouteHandlerMethod } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { apiError } from '../../contract/errors.js'
import { maskApiKeysIn } from '../../contract/masking.js'

/**
 * Serves the contract: an OpenAPI document at `/openapi.json`, and a page to read it at `/docs`. Both are created at the first request,
 * because most mocks are only tested against, and the page takes longer to load than everything else.
 */
export const docsPlugin = fastifyPlugin<{ document: () => object }>(async (app, { document }) => {
  let page: Promise<FastifyInstance> | undefined

  const showPage: RouteHandlerMethod = async (request, reply) => {
    page ??= buildPage(document, app.errorHandler).catch((error: unknown) => {
      page = undefined // the next request tries again
      throw error
    })
    const site = await page
    reply.hijack()
    reply.raw.once('finish', () => app.logRequest(request, reply)) // hooks do not run for the response of another app
    site.routing(request.raw, reply.raw)
  }
  app.get('/openapi.json', async () => document())
  for (const path of ['/docs', '/docs/*']) app.get(path, showPage)

  app.addHook('onClose', async () => (await page)?.close())
}, { name: 'docs' })

async function buildPage (document: () => object, handleError: FastifyInstance['errorHandler']): Promise<FastifyInstance> {
  const { fastifySwaggerUi } = await import('@fastify/swagger-ui')
  const description = document()
  const app = fastify({ routerOptions: { maxParamLength: 64 * 1024 } })
  app.setErrorHandler(handleError)
  app.setNotFoundHandler(({ method, url }) => {
    throw apiError('routeNotFound', { method, path: maskApiKeysIn(url), routes: 'GET /docs' })
  })
  // the page requires @fastify/swagger, but uses only its document
  await app.register(fastifyPlugin(async () => {
    app.decorate('swagger', () => description)
  }, { name: '@fastify/swagger' }))
  await app.register(fastifySwaggerUi, { routePrefix: '/docs', uiConfig: { validatorUrl: null } })
  await app.ready()
  return app
}
