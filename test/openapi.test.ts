import { createConfig, lintFromString } from '@redocly/openapi-core'
import fastify from 'fastify'
import t, { type Test } from 'tap'
import { keyInflections } from '../src/casing.js'
import { errors } from '../src/errors.js'
import { docsPlugin } from '../src/plugins/docs.js'
import { Session } from '../src/sessions/session.js'
import { SessionUpdate } from '../src/sessions/update.js'
import type { Options } from '../src/index.js'
import { errorOf, startApp } from './helper.js'

interface Response {
  headers?: Record<string, unknown>
  content: Record<string, { schema: { properties: Record<string, unknown> }, examples: Record<string, { value: { status_code: number } }> }>
}

interface Operation {
  operationId: string
  parameters: { in: string, name: string, required?: boolean, schema: { enum?: string[] } }[]
  requestBody: { content: Record<string, { schema: { properties: object, additionalProperties: boolean }, examples: object }> }
  responses: Record<string, Response>
}

interface Document {
  openapi: string
  paths: Record<string, Record<string, Operation>>
}

/** The document of a mock with these options, as it is served. */
async function openapiDocument (t: Test, options: Partial<Options> = {}): Promise<object> {
  return (await startApp(t, options).inject('/openapi.json')).json()
}

t.test('a linter for OpenAPI finds nothing', async t => {
  const config = await createConfig({ extends: ['recommended'] })
  const problems = await lintFromString({ source: JSON.stringify(await openapiDocument(t)), config })
  t.same(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer]), [])
})

t.test('the document holds the whole contract of the update, once', async t => {
  const { openapi, paths } = await openapiDocument(t) as Document
  t.equal(openapi, '3.1.0')
  t.same(Object.keys(paths).filter(path => path.includes('session_id') && !path.startsWith('/_mock')), ['/api/v1/sessions/{session_id}'])
  const operation = paths['/api/v1/sessions/{session_id}']?.['patch'] as Operation
  t.equal(operation.operationId, 'updateSession')
  t.same(operation.parameters.map(({ in: place, name, required }) => [place, name, required === true]), [
    ['path', 'session_id', true], ['header', 'Verifa-Version', false], ['header', 'Key-Inflection', false], ['header', 'Idempotency-Key', false]
  ])
  t.same(operation.parameters.find(({ name }) => name === 'Key-Inflection')?.schema.enum, keyInflections)
  const { schema, examples } = operation.requestBody.content['application/json'] ?? { schema: undefined, examples: {} }
  t.same(Object.keys(schema?.properties ?? {}), Object.keys(SessionUpdate.properties))
  t.equal(schema?.additionalProperties, false)
  t.ok(Object.keys(examples).length > 0)

  t.same(Object.keys(operation.responses), ['200', '400', '401', '403', '404', '413', '415', '422'])
  for (const [status, { headers, content }] of Object.entries(operation.responses)) {
    const answer = content['application/json']
    t.ok(Object.keys(answer?.examples ?? {}).length > 0, `${status} has an example`)
    if (status === '200') {
      t.same(Object.keys(answer?.schema.properties ?? {}), Object.keys(Session.properties), 'the fields in the order of the vendor\'s page')
      t.same(Object.keys(headers ?? {}), ['Verifa-Version', 'Idempotent-Replayed'])
    } else {
      for (const [name, { value }] of Object.entries(answer?.examples ?? {})) t.equal(value.status_code, Number(status), name)
    }
  }
  t.ok(Object.keys(operation.responses['422']?.content['application/json']?.examples ?? {}).includes('idempotencyMismatch'))
})

t.test('every error that the update can answer with is an example of it', async t => {
  const { paths } = await openapiDocument(t) as Document
  const operation = paths['/api/v1/sessions/{session_id}']?.['patch'] as Operation
  const documented = Object.values(operation.responses).flatMap(({ content }) => Object.keys(content['application/json']?.examples ?? {}))
  // what is answered where no operation has been found, or by none
  const elsewhere = [
    'controlToken', 'foreignHost', 'foreignOrigin', 'malformedHttp', 'requestTimeout', 'headersTooLarge', 'routeNotFound', 'sessionExists',
    'faultNotFound', 'rateLimited', 'internal'
  ]
  t.same(Object.keys(errors).filter(name => !documented.includes(name)), elsewhere)
})

t.test('what unknownFields does is in the document', async t => {
  const { paths } = await openapiDocument(t, { unknownFields: 'ignore' }) as Document
  const operation = paths['/api/v1/sessions/{session_id}']?.['patch'] as Operation
  t.equal(operation.requestBody.content['application/json']?.schema.additionalProperties, true)
})

t.test('the mock serves its document, and a page to read it', async t => {
  const app = startApp(t)
  t.match((await app.inject('/openapi.json')).json(), { openapi: '3.1.0' })
  t.match((await app.inject({ method: 'HEAD', url: '/openapi.json' })).headers, { 'content-type': /json/ })
  const page = await app.inject('/docs/')
  t.equal(page.statusCode, 200)
  t.match(page.body, /swagger-ui/)
  t.equal((await app.inject('/docs/static/swagger-ui-bundle.js')).statusCode, 200)
  t.equal(errorOf(t, await app.inject('/docs/nowhere')).error, 'not_found')
  t.equal(errorOf(t, await app.inject('/docs/static/%00')).error, 'forbidden')
})

t.test('a document that could not be made is made at the next request', async t => {
  let tries = 0
  const site = fastify()
  site.get('/openapi.json', async () => ({ openapi: '3.1.0' }))
  const app = fastify()
  t.teardown(() => app.close())
  app.register(docsPlugin, {
    build: async () => {
      if (++tries === 1) throw new Error('not now')
      await site.ready()
      return site
    }
  })
  t.equal((await app.inject('/openapi.json')).statusCode, 500)
  t.equal((await app.inject('/openapi.json')).statusCode, 200)
})
