import { fastifySwagger } from '@fastify/swagger'
import { fastifySwaggerUi } from '@fastify/swagger-ui'
import fastifyPlugin from 'fastify-plugin'
import { ErrorBody, type errors, errorBody, apiError, validationError } from '../errors.js'
import { version } from '../version.js'

/**
 * The contract: an OpenAPI 3.1 document made from the schemas of the routes, at `/openapi.json`, and a page to read it
 * at `/docs`. Registered before the routes, since it watches them being added.
 */
export const openapiPlugin = fastifyPlugin(async app => {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'verifa-mock',
        version,
        description: 'A stand-in for Verifa\'s sessions API. The operations answer under `/api/v1/sessions` and, for short, under `/sessions`.',
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
          controlToken: { type: 'http', scheme: 'bearer', description: 'The token given with `--control-token`, for the mock\'s own API' }
        }
      }
    }
  })
  await app.register(fastifySwaggerUi, { routePrefix: '/docs', uiConfig: { validatorUrl: null } })

  app.get('/openapi.json', { schema: { hide: true }, config: { listed: true } }, async () => app.swagger())
}, { name: 'openapi' })

const invalidFields = validationError([
  { loc: ['body', 'external_ref'], msg: 'must be a string', type: 'string_type' },
  { loc: ['body', 'status'], msg: 'is not a field that can be set', type: 'extra_forbidden' }
])

/** An error of the list, or the one that lists the fields that are wrong. */
export type ErrorName = keyof typeof errors | 'invalidFields'

/** The error answers of an operation, for the schema of its route: one for each status, with every error as an example. */
export function errorResponses (...names: ErrorName[]): Record<number, object> {
  const answers = names.map(name => ({ name, error: name === 'invalidFields' ? invalidFields : apiError(name) }))
  const statuses = new Set(answers.map(({ error }) => error.statusCode))
  return Object.fromEntries(Array.from(statuses, status => {
    const examples = answers.filter(({ error }) => error.statusCode === status)
    const codes = new Set(examples.map(({ error }) => error.code))
    return [status, {
      ...ErrorBody,
      'description': [...codes].join(', '),
      'x-examples': Object.fromEntries(examples.map(({ name, error }) => [name, { value: errorBody(error) }]))
    }]
  }))
}
