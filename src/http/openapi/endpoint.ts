import type { TObject, TSchema } from '@sinclair/typebox'
import type { FastifySchema } from 'fastify'
import type { KeyInflection } from '../../contract/casing.js'
import { targetOf } from '../../contract/schema.js'
import type { Options } from '../../options/options.js'
import { bodyOf, type Examples, isWriting, type Operation } from '../operation.js'
import { pathOfUrl } from '../paths.js'
import { versionResponseHeader } from '../plugins/api-version.js'
import { replayedResponseHeader } from '../plugins/idempotency-key.js'
import { quotaResponseHeaders, rateLimitResponseHeaders } from '../plugins/rate-limits.js'
import { headersOf } from '../plugins/request-headers.js'
import { type DocumentedError, errorResponses } from './error-responses.js'

declare module 'fastify' {
  interface FastifySchema {
    operationId?: string
    summary?: string
    description?: string
    tags?: readonly string[]
    security?: readonly object[]
    /** Whether the body may be left out. */
    bodyOptional?: boolean
  }
}

/** A response in the document. */
export interface DescribedResponse {
  description: string
  /** The schema of the body; `undefined` if there is no body. */
  schema: TSchema | undefined
  headers?: Readonly<Record<string, object>>
  examples: Examples | undefined
}

/** A method and a path in the document. */
export interface Endpoint {
  id: string
  method: string
  /** With parameters as in OpenAPI: `/sessions/{session_id}`. */
  path: string
  summary: string
  description: string
  tag: string
  security: readonly object[]
  params: TObject | undefined
  query: TObject | undefined
  headers: TObject | undefined
  body: TSchema | undefined
  bodyRequired: boolean
  bodyExamples: Examples | undefined
  responses: Readonly<Record<string, DescribedResponse>>
  /** The casing of bodies. */
  inflection: KeyInflection
}

/** The errors of every operation. */
const sharedErrors: readonly DocumentedError[] = [
  'malformedPath', 'malformedJson', 'retiredVersion', 'missingApiKey', 'invalidApiKey', 'publishableKey', 'missingScope', 'bodyTooLarge',
  'unsupportedMediaType', 'invalidFields', 'rateLimited'
]

/** The options of the mock that change what operations take and return. */
type EndpointOptions = Pick<Options, 'defaultKeyInflection' | 'unknownFields'>

/** The endpoint of an operation of the vendor's API. */
export function endpointOf (operation: Operation, { defaultKeyInflection, unknownFields }: EndpointOptions): Endpoint {
  const { id, method, path, summary, description, params, query, bodyExamples, success, errors, createsSession = false, tag = 'Sessions' } = operation
  const writes = isWriting(operation)
  const headers = headersOf(operation)
  const casing = { ...headers.properties['Key-Inflection'], default: defaultKeyInflection }
  return {
    id,
    method,
    path: `/api/v1${path}`,
    summary,
    description,
    tag,
    security: [{ apiKey: [] }],
    params,
    query,
    headers: { ...headers, properties: { ...headers.properties, 'Key-Inflection': casing } },
    body: bodyOf(operation, unknownFields),
    bodyRequired: operation.bodyOptional !== true,
    bodyExamples,
    responses: {
      [success.status]: {
        description: success.description,
        schema: success.schema,
        headers: {
          ...versionResponseHeader,
          ...rateLimitResponseHeaders,
          ...(createsSession && quotaResponseHeaders),
          ...(writes && replayedResponseHeader)
        },
        examples: success.examples
      },
      ...describeAll(errorResponses(...sharedErrors, ...errors, ...(writes ? ['idempotencyMismatch'] as const : []), ...(createsSession ? ['quotaExceeded'] as const : [])))
    },
    inflection: defaultKeyInflection
  }
}

/** The endpoint of a route of the control plane. */
export function endpointOfRoute (method: string, url: string, schema: FastifySchema): Endpoint {
  const { operationId, summary, description, security, params, querystring, body, bodyOptional, response } = schema
  return {
    id: String(operationId),
    method,
    path: pathOfUrl(url),
    summary: String(summary),
    description: String(description),
    tag: 'Mock',
    security: security as readonly object[],
    params: params as TObject | undefined,
    query: querystring as TObject | undefined,
    headers: undefined,
    body: body as TSchema | undefined,
    bodyRequired: bodyOptional !== true,
    bodyExamples: undefined,
    responses: describeAll(response as Record<string, TSchema>),
    inflection: 'snake'
  }
}

export function describeAll (responses: Readonly<Record<string, object>>): Record<string, DescribedResponse> {
  return Object.fromEntries(Object.entries(responses).map(([status, given]) => {
    const schema = given as TSchema
    return [status, {
      description: String(schema.description ?? targetOf(schema)?.description),
      schema: schema['type'] === 'null' ? undefined : schema,
      examples: schema['x-examples'] as Examples | undefined
    }]
  }))
}
