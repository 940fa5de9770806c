import type { TObject, TSchema } from '@sinclair/typebox'
import { compileRename, type KeyInflection } from '../../contract/casing.js'
import { ErrorBody } from '../../contract/errors.js'
import { version } from '../../own-package.js'
import type { Examples } from '../operation.js'
import type { DescribedResponse, Endpoint } from './endpoint.js'
import { SchemaWriter } from './schema-writer.js'
import type { DescribedWebhook } from './webhooks.js'

/** Every error that is not listed: an injected error, or the error of a request that could not be read. */
const anyError: DescribedResponse = {
  description: 'Any other error: one that a fault injects, or of a request that could not be read',
  schema: ErrorBody,
  examples: undefined
}

/**
 * The OpenAPI document of endpoints, and of the webhooks that the mock sends. Everything in it comes from the declarations of the
 * operations. Packages that generate it from routes would need a second set of routes.
 */
export function openApiDocument (endpoints: readonly Endpoint[], webhooks: readonly DescribedWebhook[] = []): object {
  const writer = new SchemaWriter()
  const paths: Record<string, Record<string, object>> = {}
  for (const endpoint of endpoints) (paths[endpoint.path] ??= {})[endpoint.method.toLowerCase()] = describeEndpoint(endpoint, writer)
  const hasControl = endpoints.some(({ security }) => security.some(scheme => 'controlToken' in scheme))
  return {
    openapi: '3.1.0',
    info: {
      title: 'verifa-mock',
      version,
      description: 'A stand-in for Verifa\'s sessions API. The operations are served under `/api/v1/sessions` and, for short, under `/sessions`.',
      contact: { name: 'The verifa-mock contributors' },
      license: { name: 'MIT', identifier: 'MIT' }
    },
    servers: [{ url: '/', description: 'This server' }],
    tags: [
      { name: 'Sessions', description: 'Verifa\'s API: sessions and their results' },
      { name: 'Webhooks', description: 'Verifa\'s API: webhook endpoints and their deliveries' },
      { name: 'Mock', description: 'The mock\'s own API, which Verifa does not have' }
    ],
    paths,
    ...(webhooks.length > 0 && {
      webhooks: Object.fromEntries(webhooks.map(webhook => [webhook.event, { post: describeWebhook(webhook, writer) }]))
    }),
    components: {
      securitySchemes: {
        apiKey: {
          type: 'apiKey',
          in: 'header',
          name: 'X-API-Key',
          description: 'A secret key: `vk_live_…` sees live sessions, `vk_sandbox_…` sandbox sessions'
        },
        ...(hasControl && {
          workspace: {
            type: 'apiKey',
            in: 'header',
            name: 'X-Mock-Workspace',
            description: 'With `--isolation api-key`, the ID of the workspace that a call of the mock\'s own API is for, in place of its API key: `workspace_1`'
          },
          controlToken: {
            type: 'http',
            scheme: 'bearer',
            description: 'The token given with `--control-token`, for the mock\'s own API. A browser can send the cookie of `POST /_mock/login` instead.'
          }
        })
      },
      schemas: writer.components
    }
  }
}

function describeEndpoint (endpoint: Endpoint, writer: SchemaWriter): object {
  const { id, summary, description, tag, security, params, query, headers, body, bodyRequired, bodyExamples, responses } = endpoint
  const { inflection } = endpoint
  const parameters = [...describeParameters('path', params, writer), ...describeParameters('query', query, writer), ...describeParameters('header', headers, writer)]
  const all: [string, DescribedResponse][] = [...Object.entries(responses), ['default', anyError]]
  return {
    operationId: id,
    summary,
    description,
    tags: [tag],
    security,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: bodyRequired, content: describeContent(body, bodyExamples, inflection, writer) } }),
    responses: Object.fromEntries(all.map(([status, { description, schema, headers, examples }]) => [status, {
      description,
      ...(headers && { headers: Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, describeHeader(header)])) }),
      ...(schema && { content: describeContent(schema, examples, inflection, writer) })
    }]))
  }
}

function describeWebhook ({ event, headers, body, examples }: DescribedWebhook, writer: SchemaWriter): object {
  return {
    operationId: event,
    summary: `Receive ${event}`,
    description: 'Sent to every webhook endpoint that wants the event. Fields have the casing of the endpoint, and those of its blocklist are left out.',
    tags: ['Webhooks'],
    security: [],
    parameters: describeParameters('header', headers, writer),
    requestBody: { required: true, content: describeContent(body, examples, 'snake', writer) },
    responses: {
      200: { description: 'Received; so is any other 2xx' },
      default: { description: 'Not received: it is sent again' }
    }
  }
}

function describeParameters (place: 'path' | 'query' | 'header', schema: TObject | undefined, writer: SchemaWriter): object[] {
  if (schema === undefined) return []
  return Object.entries(schema.properties).map(([name, { description, examples, ...parameter }]) => ({
    in: place,
    name,
    required: place === 'path' || schema.required?.includes(name) === true,
    ...(description !== undefined && { description }),
    ...(examples !== undefined && { example: (examples as unknown[])[0] }),
    schema: writer.write(parameter as TSchema)
  }))
}

function describeContent (schema: TSchema, examples: Examples | undefined, inflection: KeyInflection, writer: SchemaWriter): object {
  const rename = compileRename(schema, inflection)
  return {
    'application/json': {
      schema: writer.write(schema, inflection),
      ...(examples && {
        examples: Object.fromEntries(Object.entries(examples).map(([name, example]) =>
          [name, { ...example, value: rename(example.value) }]))
      })
    }
  }
}

function describeHeader ({ description, ...schema }: { description?: string }): object {
  return { description, schema }
}
