import { fastifySwagger } from '@fastify/swagger'
import { fastifySwaggerUi } from '@fastify/swagger-ui'
import fastify, { type FastifyInstance } from 'fastify'
import { describeRoute, namedSchemas, nameSchemas } from './document-schemas.js'
import { mockRoutes, type Surroundings } from './mock-routes.js'
import { arrivalPlugin } from './plugins/arrival.js'
import { createErrorHandler } from './plugins/error-handler.js'
import { version } from './own-package.js'
import { Turns } from './turns.js'

const controlToken = {
  type: 'http', scheme: 'bearer', description: 'The token given with `--control-token`, for the mock\'s own API'
} as const

/**
 * An app that has the routes of a mock to describe them, and answers for none but its own: the contract, an OpenAPI 3.1
 * document made from the schemas of the routes, at `/openapi.json`, and a page to read it at `/docs`.
 */
export async function buildDocumentation (surroundings: Surroundings): Promise<FastifyInstance> {
  const app = fastify({ routerOptions: { maxParamLength: 64 * 1024 } })
  app.setErrorHandler(createErrorHandler(surroundings.log, () => 'snake'))
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => JSON.stringify)
  const { control, defaultKeyInflection } = surroundings.options
  for (const schema of namedSchemas(defaultKeyInflection)) app.addSchema(schema)
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'verifa-mock',
        version,
        description: 'A stand-in for Verifa\'s sessions API. The operations answer under `/api/v1/sessions` and, for short, under `/sessions`.',
        contact: { name: 'The verifa-mock contributors' },
        license: { name: 'MIT', identifier: 'MIT' }
      },
      servers: [{ url: '/', description: 'This server' }],
      tags: [
        { name: 'Sessions', description: 'The API that is stood in for' },
        { name: 'Mock', description: 'The mock\'s own API, which the real one does not have' }
      ],
      components: {
        securitySchemes: {
          apiKey: {
            type: 'apiKey',
            in: 'header',
            name: 'X-API-Key',
            description: 'A secret key: `vk_live_…` sees live sessions, `vk_sandbox_…` sandbox sessions'
          },
          ...(control && { controlToken })
        }
      }
    },
    refResolver: { buildLocalReference: ({ $id }) => $id as string },
    transform: ({ schema, url }) => ({ url, schema: describeRoute(schema, url, defaultKeyInflection) }),
    transformObject: document => nameSchemas((document as { openapiObject: ReturnType<typeof nameSchemas> }).openapiObject)
  })
  await app.register(arrivalPlugin, { turns: new Turns() }) // which nobody waits for
  await app.register(fastifySwaggerUi, { routePrefix: '/docs', uiConfig: { validatorUrl: null } })
  app.register(mockRoutes, surroundings)
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  await app.ready()
  return app
}
