import fastify from 'fastify'
import t, { type Test } from 'tap'
import { inflectKey, keyInflections } from '../src/casing.js'
import { ErrorBody, errors } from '../src/errors.js'
import { docsPlugin } from '../src/plugins/docs.js'
import { Session } from '../src/sessions/session.js'
import { SessionUpdate } from '../src/sessions/update.js'
import type { Options } from '../src/index.js'
import { errorOf, startApp } from './helper.js'

interface Schema {
  $ref?: string
  properties?: Record<string, object>
  required?: string[]
  additionalProperties?: boolean
}

interface Response {
  headers?: Record<string, unknown>
  content: Record<string, { schema: Schema, examples?: Record<string, { value: Record<string, unknown> }> }>
}

interface Operation {
  operationId: string
  parameters: { in: string, name: string, required?: boolean, schema: { enum?: string[], default?: string } }[]
  requestBody: { content: Record<string, { schema: Schema, examples: Record<string, { value: object }> }> }
  responses: Record<string, Response>
}

interface Document {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

/** The document of a mock with these options, as it is served. */
async function openapiDocument (t: Test, options: Partial<Options> = {}): Promise<Document> {
  return (await startApp(t, options).inject('/openapi.json')).json()
}

/** The schema that a reference stands for. */
function resolve ({ components }: Document, schema: Schema | undefined): Schema {
  return components.schemas[schema?.$ref?.replace('#/components/schemas/', '') ?? ''] ?? schema ?? {}
}

t.test('the document holds the whole contract of the update, once', async t => {
  const document = await openapiDocument(t)
  const { openapi, paths } = document
  t.equal(openapi, '3.1.0')
  t.same(Object.keys(paths).filter(path => path.includes('session_id') && !path.startsWith('/_mock')), ['/api/v1/sessions/{session_id}'])
  const operation = paths['/api/v1/sessions/{session_id}']?.['patch'] as Operation
  t.equal(operation.operationId, 'updateSession')
  t.same(operation.parameters.map(({ in: place, name, required }) => [place, name, required === true]), [
    ['path', 'session_id', true], ['header', 'Verifa-Version', false], ['header', 'Key-Inflection', false], ['header', 'Idempotency-Key', false]
  ])
  t.match(operation.parameters.find(({ name }) => name === 'Key-Inflection')?.schema, { type: 'string', enum: keyInflections, default: 'snake' })
  const { schema: body, examples } = operation.requestBody.content['application/json'] ?? { schema: undefined, examples: {} }
  const schema = resolve(document, body)
  t.same(Object.keys(schema.properties ?? {}), Object.keys(SessionUpdate.properties))
  t.equal(schema.additionalProperties, false)
  t.ok(Object.keys(examples).length > 0)

  t.same(Object.keys(operation.responses), ['200', '400', '401', '403', '404', '413', '415', '422', 'default'])
  const { default: others, ...stated } = operation.responses
  t.equal(others?.content['application/json']?.schema.$ref, '#/components/schemas/ErrorBody')
  for (const [status, { headers, content }] of Object.entries(stated)) {
    const answer = content['application/json']
    t.ok(Object.keys(answer?.examples ?? {}).length > 0, `${status} has an example`)
    if (status === '200') {
      t.same(Object.keys(resolve(document, answer?.schema).properties ?? {}), Object.keys(Session.properties), 'the fields in the order of the vendor\'s page')
      t.same(Object.keys(headers ?? {}), ['Verifa-Version', 'Idempotent-Replayed'])
      t.match(headers?.['Idempotent-Replayed'], { schema: { type: 'string', enum: ['true'] } })
    } else {
      for (const [name, { value }] of Object.entries(answer?.examples ?? {})) t.equal(value['status_code'], Number(status), name)
    }
  }
  t.ok(Object.keys(operation.responses['422']?.content['application/json']?.examples ?? {}).includes('idempotencyMismatch'))
})

t.test('every error that the update can answer with is an example of it', async t => {
  const { paths } = await openapiDocument(t)
  const operation = paths['/api/v1/sessions/{session_id}']?.['patch'] as Operation
  const documented = Object.values(operation.responses).flatMap(({ content }) => Object.keys(content['application/json']?.examples ?? {}))
  // what is answered where no operation has been found, or by none
  const elsewhere = [
    'controlToken', 'foreignHost', 'foreignOrigin', 'malformedHttp', 'requestTimeout', 'headersTooLarge', 'routeNotFound', 'sessionExists',
    'faultNotFound', 'rateLimited', 'internal'
  ]
  t.same(Object.keys(errors).filter(name => !documented.includes(name)), elsewhere)
})

for (const defaultKeyInflection of keyInflections) {
  t.test(`a mock that answers in ${defaultKeyInflection} case has a document in it`, async t => {
    const document = await openapiDocument(t, { defaultKeyInflection })
    const operation = document.paths['/api/v1/sessions/{session_id}']?.['patch'] as Operation
    const renamed = (schema: { properties: object }) => Object.keys(schema.properties).map(name => inflectKey(name, defaultKeyInflection))
    t.equal(operation.parameters.find(({ name }) => name === 'Key-Inflection')?.schema.default, defaultKeyInflection)

    const sent = operation.requestBody.content['application/json']
    t.same(Object.keys(resolve(document, sent?.schema).properties ?? {}), renamed(SessionUpdate))
    t.same(Object.keys(sent?.examples['reference']?.value ?? {}), [inflectKey('external_ref', defaultKeyInflection)])
    for (const [status, fields] of [['200', renamed(Session)], ['404', renamed(ErrorBody)], ['default', renamed(ErrorBody)]] as const) {
      const answer = operation.responses[status]?.content['application/json']
      const { properties = {}, required } = resolve(document, answer?.schema)
      t.same(Object.keys(properties), fields)
      t.same(required, fields)
      for (const { value } of Object.values(answer?.examples ?? {})) t.same(Object.keys(value), fields)
    }
    const control = document.paths['/_mock/sessions/{session_id}']?.['get'] as Operation
    t.equal(control.responses['200']?.content['application/json']?.schema.$ref, '#/components/schemas/Session', 'the control plane has one casing')
  })
}

t.test('generated clients have a name for each schema, and for none that is not used', async t => {
  for (const options of [{}, { control: false }, { unknownFields: 'ignore' }, { defaultKeyInflection: 'camel' }] as const) {
    const document = await openapiDocument(t, options)
    const used = JSON.stringify(document).match(/(?<="#\/components\/schemas\/)\w+/g)
    t.same(new Set(used), new Set(Object.keys(document.components.schemas)))
  }
})

t.test('what unknownFields does is in the document', async t => {
  const { paths } = await openapiDocument(t, { unknownFields: 'ignore' })
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
  t.equal((await app.inject('/_mock/requests')).statusCode, 200, 'the journal can be read, whatever of that stands there')
})

t.test('a document that could not be made is made at the next request', async t => {
  let tries = 0
  const site = fastify()
  site.get('/openapi.json', async () => ({ openapi: '3.1.0' }))
  const app = fastify()
  app.decorate('logRequest', () => undefined)
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
