import fastify from 'fastify'
import t, { type Test } from 'tap'
import { operations } from '../../src/http/operations/operations.js'
import { inflectKey, keyInflections } from '../../src/contract/casing.js'
import { ErrorBody, errors } from '../../src/contract/errors.js'
import { webhookEvents } from '../../src/domain/events.js'
import { Session } from '../../src/domain/sessions/session.js'
import { SessionUpdate } from '../../src/domain/sessions/update.js'
import { statusOf } from '../../src/domain/webhooks/payload.js'
import { payloadForms } from '../../src/domain/webhooks/payload-body.js'
import { openApiDocument } from '../../src/http/openapi/document.js'
import { endpointOf } from '../../src/http/openapi/endpoint.js'
import { exampleSession } from '../../src/http/operations/result-example.js'
import { docsPlugin } from '../../src/http/plugins/docs.js'
import type { Options } from '../../src/index.js'
import { errorOf, startApp } from '../helper.js'
import { deleteNote, listNotes, writeNote } from './operations.js'

interface Schema {
  $ref?: string
  properties?: Record<string, object>
  required?: string[]
  additionalProperties?: boolean
}

interface Response {
  headers?: Record<string, unknown>
  content?: Record<string, { schema: Schema, examples?: Record<string, { value: Record<string, unknown> }> }>
}

interface Operation {
  operationId: string
  parameters?: { in: string, name: string, required?: boolean, schema: { enum?: string[], default?: string } }[]
  requestBody: { content: Record<string, { schema: Schema, examples: Record<string, { value: object }> }> }
  responses: Record<string, Response>
}

interface Document {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  webhooks: Record<string, { post: Operation }>
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

t.test('the document has the whole contract of the update, once', async t => {
  const document = await openapiDocument(t)
  const { openapi, paths } = document
  t.equal(openapi, '3.1.0')
  const operation = paths['/api/v1/sessions/{session_id}']?.['patch'] as Operation
  t.equal(operation.operationId, 'updateSession')
  t.same(operation.parameters?.map(({ in: place, name, required }) => [place, name, required === true]), [
    ['path', 'session_id', true], ['header', 'Verifa-Version', false], ['header', 'Key-Inflection', false], ['header', 'Idempotency-Key', false]
  ])
  t.match(operation.parameters?.find(({ name }) => name === 'Key-Inflection')?.schema, { type: 'string', enum: keyInflections, default: 'snake' })
  const { schema: body, examples } = operation.requestBody.content['application/json'] ?? { schema: undefined, examples: {} }
  const schema = resolve(document, body)
  t.same(Object.keys(schema.properties ?? {}), Object.keys(SessionUpdate.properties))
  t.equal(schema.additionalProperties, false)
  t.ok(Object.keys(examples).length > 0)

  t.same(Object.keys(operation.responses), ['200', '400', '401', '403', '404', '413', '415', '422', '429', 'default'])
  const { default: others, ...stated } = operation.responses
  t.equal(others?.content?.['application/json']?.schema.$ref, '#/components/schemas/ErrorBody')
  for (const [status, { headers, content }] of Object.entries(stated)) {
    const json = content?.['application/json']
    t.ok(Object.keys(json?.examples ?? {}).length > 0, `${status} has an example`)
    if (status === '200') {
      t.same(Object.keys(resolve(document, json?.schema).properties ?? {}), Object.keys(Session.properties), 'the fields in the order of the vendor\'s page')
      t.same(Object.keys(headers ?? {}), ['Verifa-Version', 'X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset', 'Idempotent-Replayed'])
      t.match(headers?.['Idempotent-Replayed'], { schema: { type: 'string', enum: ['true'] } })
    } else {
      for (const [name, { value }] of Object.entries(json?.examples ?? {})) t.equal(value['status_code'], Number(status), name)
    }
  }
  t.ok(Object.keys(operation.responses['422']?.content?.['application/json']?.examples ?? {}).includes('idempotencyMismatch'))
})

t.test('every error of an operation is one of its examples', async t => {
  const { paths } = await openapiDocument(t)
  const documented = Object.entries(paths).filter(([path]) => !path.startsWith('/_mock/')).flatMap(([, methods]) => Object.values(methods))
    .flatMap(({ responses }) => Object.values(responses).flatMap(({ content }) => Object.keys(content?.['application/json']?.examples ?? {})))
  // errors of requests for which no operation was found, and of the control plane
  const elsewhere = [
    'controlToken', 'foreignHost', 'foreignOrigin', 'foreignSite', 'workspaceKeyRequired', 'malformedHttp', 'requestTimeout', 'headersTooLarge', 'routeNotFound',
    'sessionExists', 'requestNotFound', 'cannotResend', 'keyUnknown', 'faultNotFound', 'workspaceNotFound', 'cannotDeliver', 'notSettled', 'internal',
    'shuttingDown', 'storeAway', 'notImplemented'
  ]
  t.same(Object.keys(errors).filter(name => !documented.includes(name)), elsewhere)
})

for (const defaultKeyInflection of keyInflections) {
  t.test(`a mock whose responses have ${defaultKeyInflection} case has a document that does`, async t => {
    const document = await openapiDocument(t, { defaultKeyInflection })
    const operation = document.paths['/api/v1/sessions/{session_id}']?.['patch'] as Operation
    const renamed = (schema: { properties: object }) => Object.keys(schema.properties).map(name => inflectKey(name, defaultKeyInflection))
    t.equal(operation.parameters?.find(({ name }) => name === 'Key-Inflection')?.schema.default, defaultKeyInflection)

    const sent = operation.requestBody.content['application/json']
    t.same(Object.keys(resolve(document, sent?.schema).properties ?? {}), renamed(SessionUpdate))
    t.same(Object.keys(sent?.examples['reference']?.value ?? {}), [inflectKey('external_ref', defaultKeyInflection)])
    for (const [status, fields] of [['200', renamed(Session)], ['404', renamed(ErrorBody)], ['default', renamed(ErrorBody)]] as const) {
      const json = operation.responses[status]?.content?.['application/json']
      const { properties = {}, required } = resolve(document, json?.schema)
      t.same(Object.keys(properties), fields)
      t.same(required, fields)
      for (const { value } of Object.values(json?.examples ?? {})) t.same(Object.keys(value), fields)
    }
    const control = document.paths['/_mock/sessions/{session_id}']?.['get'] as Operation
    t.equal(control.responses['200']?.content?.['application/json']?.schema.$ref, '#/components/schemas/Session', 'the control plane has one casing')
  })
}

t.test('the document says which bodies may be left out', async t => {
  const { paths } = await openapiDocument(t)
  const required = (path: string, method = 'post') => (paths[path]?.[method]?.requestBody as { required?: boolean } | undefined)?.required
  t.same([required('/_mock/webhooks/settle'), required('/_mock/webhooks/deliver')], [false, true])
  t.same([required('/api/v1/sessions'), required('/api/v1/sessions/{session_id}', 'patch')], [false, true])
})

t.test('generated clients have a name for each schema, and for none that is not used', async t => {
  for (const options of [{}, { control: false }, { unknownFields: 'ignore' }, { defaultKeyInflection: 'camel' }] as const) {
    const document = await openapiDocument(t, options)
    const used = JSON.stringify(document).match(/(?<="#\/components\/schemas\/)\w+/g)
    t.same(new Set(used), new Set(Object.keys(document.components.schemas)))
  }
})

t.test('the document says that unknown fields are ignored, where they are', async t => {
  const document = await openapiDocument(t, { unknownFields: 'ignore' })
  const operation = document.paths['/api/v1/sessions/{session_id}']?.['patch'] as Operation
  t.equal(resolve(document, operation.requestBody.content['application/json']?.schema).additionalProperties, true)
})

t.test('the mock serves its document, and a page to read it', async t => {
  const app = startApp(t)
  t.match((await app.inject('/openapi.json')).json(), { openapi: '3.1.0' })
  t.match((await app.inject({ method: 'HEAD', url: '/openapi.json' })).headers, { 'content-type': /json/ })
  const page = await app.inject('/docs/')
  t.equal(page.statusCode, 200)
  t.match(page.body, /swagger-ui/)
  t.equal((await app.inject('/docs/static/swagger-ui-bundle.js')).statusCode, 200)
  t.match(errorOf(t, await app.inject('/docs/nowhere')), { error: 'not_found', detail: 'No route GET /docs/nowhere. Nearest: GET /docs. See GET /openapi.json.' })
  t.equal(errorOf(t, await app.inject('/docs/static/%00')).error, 'forbidden')
  t.equal((await app.inject('/_mock/requests')).statusCode, 200, 'the journal can be read: the page is not in it')
})

t.test('a page that could not be built is built at the next request', async t => {
  let tries = 0
  const app = fastify()
  t.teardown(() => app.close())
  app.decorate('logRequest', () => undefined)
  app.register(docsPlugin, {
    document: () => {
      if (++tries === 1) throw new Error('not now')
      return {}
    }
  })
  t.equal((await app.inject('/docs/')).statusCode, 500)
  t.equal((await app.inject('/docs/')).statusCode, 200)
})

t.test('every call of the control plane and every operation is in the document', async t => {
  const { paths } = await openapiDocument(t)
  const calls = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters }]) =>
      [operationId, method, path, ...(parameters ?? []).filter(({ in: place }) => place === 'query').map(({ name }) => name)].join(' ')))
  t.same(calls.sort(), [
    'health get /_mock/health',
    'ready get /_mock/ready',
    'login post /_mock/login',
    'logout post /_mock/logout',
    'readOverview get /_mock/overview',
    'readSessions get /_mock/sessions environment status q external_ref limit offset',
    'seedSessions post /_mock/sessions',
    'readSession get /_mock/sessions/{session_id}',
    'simulateOutcome post /_mock/sessions/{session_id}/simulate',
    'setStatus put /_mock/sessions/{session_id}/status',
    'readFixture get /_mock/sessions/{session_id}/fixture',
    'replaceSession put /_mock/sessions/{session_id}/fixture',
    'redactAnySession post /_mock/sessions/{session_id}/redact',
    'removeSession delete /_mock/sessions/{session_id}',
    'saveState get /_mock/state',
    'restoreState put /_mock/state',
    'reset post /_mock/reset',
    'listIdempotencyKeys get /_mock/idempotency-keys q limit',
    'listRequests get /_mock/requests method path operation session_id idempotency_key status q before limit',
    'listRequestSummaries get /_mock/requests/summaries method path operation session_id idempotency_key status q before limit',
    'readRequest get /_mock/requests/{journal_id}',
    'resendRequest post /_mock/requests/{journal_id}/resend',
    'clearRequests delete /_mock/requests method path operation session_id idempotency_key status',
    'verifyRequests post /_mock/requests/verify',
    'addFault post /_mock/faults',
    'listFaults get /_mock/faults',
    'clearFaults delete /_mock/faults',
    'removeFault delete /_mock/faults/{fault_id}',
    'readClock get /_mock/clock',
    'changeClock post /_mock/clock',
    'resetClock delete /_mock/clock',
    'setRateLimit put /_mock/rate-limits',
    'readWebhooks get /_mock/webhooks',
    'settleWebhooks post /_mock/webhooks/settle',
    'listWebhooks get /_mock/webhooks/deliveries event session_id endpoint_id status q limit offset',
    'readWebhook get /_mock/webhooks/deliveries/{delivery_id}',
    'listEndpoints get /_mock/webhooks/endpoints',
    'verifyWebhooks post /_mock/webhooks/verify',
    'holdWebhooks post /_mock/webhooks/hold',
    'deliverWebhooks post /_mock/webhooks/deliver',
    'releaseWebhooks post /_mock/webhooks/release',
    'setWebhookTiming put /_mock/webhooks/timing',
    'triggerWebhook post /_mock/webhooks/trigger',
    ...operations.map(({ id, method, path, query }) => [id, method.toLowerCase(), `/api/v1${path}`, ...Object.keys(query?.properties ?? {})].join(' ')),
    'sandboxOutcome post /verify/{token}/sandbox-outcome'
  ].sort())
})

for (const webhookPayload of payloadForms) {
  t.test(`the document has every webhook that is sent, with ${webhookPayload} payloads`, async t => {
    const document = await openapiDocument(t, { webhookPayload })
    t.same(Object.keys(document.webhooks), webhookEvents)
    for (const [event, { post }] of Object.entries(document.webhooks)) {
      t.same(post.parameters?.map(({ in: place, name, required }) => [place, name, required]),
        [['header', 'X-Verifa-Signature', true], ['header', 'X-Verifa-Delivery-Id', true]])
      const { schema, examples } = post.requestBody.content['application/json'] ?? {}
      const { properties = {} } = resolve(document, schema)
      const example = examples?.['sent']?.value as Record<string, object>
      t.match(properties['event'], { enum: [event] })
      t.same(Object.keys(example), Object.keys(properties))
      t.equal('result' in (example['data'] ?? example), ['session.approved', 'session.declined', 'session.requires-review'].includes(event))
      t.match(example['data'] ?? example, { session_id: exampleSession.id, status: statusOf(event) ?? exampleSession.status })
    }
    t.equal(document.webhooks['session.approved']?.post.requestBody.content['application/json']?.schema.$ref, '#/components/schemas/SessionApprovedWebhook')
  })
}

t.test('the document is made from the declarations of any operations', async t => {
  const documentOf = (defaultKeyInflection: Options['defaultKeyInflection']) =>
    openApiDocument([writeNote, listNotes, deleteNote].map(operation => endpointOf(operation, { defaultKeyInflection, unknownFields: 'reject' }))) as Document
  const document = documentOf('camel')
  const { get, post, delete: remove } = { ...document.paths['/api/v1/sessions/{session_id}/notes'], ...document.paths['/api/v1/sessions/{session_id}/notes/{note_id}'] }

  t.test('path, query and header parameters', async t => {
    const parameters = (operation: Operation | undefined) => operation?.parameters?.map(({ in: place, name, required }) => `${place} ${name}${required ? '' : '?'}`)
    t.same(parameters(get), ['path session_id', 'query written_by', 'query sort?', 'header Verifa-Version?', 'header Key-Inflection?'])
    t.same(parameters(post), ['path session_id', 'path note_id', 'header Verifa-Version?', 'header Key-Inflection?', 'header Idempotency-Key?'])
    t.match(post?.parameters?.[1], { description: 'Note ID', example: 'n1', schema: { type: 'string' } })
    t.match(get?.parameters?.find(({ name }) => name === 'sort')?.schema, { type: 'string', enum: ['newest', 'oldest'] })
  })

  t.test('an operation that reads has neither a body nor replays', async t => {
    t.notOk('requestBody' in (get ?? {}))
    t.same(Object.keys(get?.responses['200']?.headers ?? {}), ['Verifa-Version', 'X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset'])
    t.notOk(Object.keys(get?.responses['422']?.content?.['application/json']?.examples ?? {}).includes('idempotencyMismatch'))
  })

  t.test('a response without a body has no content', async t => {
    t.match(remove?.responses['204'], { description: 'Deleted', headers: { 'Idempotent-Replayed': {} } })
    t.notOk('content' in (remove?.responses['204'] ?? {}))
  })

  t.test('named schemas are referred to, at any depth and in the default casing', async t => {
    const { schemas } = document.components
    t.same(Object.keys(schemas).sort(), ['CamelAuthor', 'CamelErrorBody', 'CamelNote', 'CamelNoteInput', 'CamelNoteList', 'Problem'])
    t.match(schemas['CamelNoteList'], {
      properties: { data: { type: 'array', items: { $ref: '#/components/schemas/CamelNote' } }, nextPage: { type: 'string' } }, required: ['data', 'nextPage']
    })
    t.match(schemas['CamelNote'], {
      properties: {
        writtenBy: { $ref: '#/components/schemas/CamelAuthor' }, labelsByName: { additionalProperties: { properties: { labelColor: {} }, required: ['labelColor'] } }
      }
    })
    t.match(schemas['CamelAuthor'], { properties: { contact: { properties: { mailAddress: {} } } } })
    t.equal(get?.responses['200']?.content?.['application/json']?.schema.$ref, '#/components/schemas/CamelNoteList')
    t.same(Object.keys(documentOf('snake').components.schemas).sort(), ['Author', 'ErrorBody', 'Note', 'NoteInput', 'NoteList', 'Problem'])
  })

  t.test('examples have the default casing', async t => {
    t.match(post?.requestBody.content['application/json']?.examples, { plain: { value: { bodyText: 'Hello' } } })
    t.match(post?.responses['201']?.content?.['application/json']?.examples, { written: { summary: 'A note', value: { writtenBy: { displayName: 'Ada' } } } })
  })

  t.test('without calls of the control plane there is no control token', async t => {
    t.same(Object.keys((document.components as { securitySchemes?: object }).securitySchemes ?? {}), ['apiKey'])
  })
})
