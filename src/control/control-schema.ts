import type { TSchema } from '@sinclair/typebox'
import type { FastifySchema } from 'fastify'
import { type DocumentedError, errorResponses } from '../http/openapi/error-responses.js'

/** The limit of calls that seed or restore, which may send a whole world. The longest string of JavaScript is not much longer. */
export const LARGE_BODY = 500 * 1024 * 1024

/** The errors of a body, which a client may send even to a call that takes none. */
export const bodyErrors: readonly DocumentedError[] = ['malformedJson', 'bodyTooLarge', 'unsupportedMediaType', 'invalidFields']

interface Parts {
  description: string
  /** How a call authenticates, if it differs from most calls. */
  security?: readonly object[]
  params?: TSchema
  querystring?: TSchema
  body?: TSchema
  bodyOptional?: boolean
  response: Record<number, TSchema>
}

const guardErrors: readonly DocumentedError[] = [
  'controlToken', 'invalidApiKey', 'foreignHost', 'foreignOrigin', 'foreignSite', 'workspaceNotFound'
]

/** The schema of a route of the control plane: its own parts, with those that all routes share. */
export function controlSchema<T extends Parts> (
  operationId: string, summary: string, parts: T, ...errors: DocumentedError[]
): T & FastifySchema {
  const ofBody = parts.body === undefined ? [] : bodyErrors
  return {
    operationId,
    summary,
    tags: ['Mock'],
    security: [{}, { apiKey: [] }, { workspace: [] }, { controlToken: [] }],
    ...parts,
    response: { ...parts.response, ...errorResponses(...guardErrors, ...ofBody, ...errors) }
  }
}
