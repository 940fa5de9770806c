import type { TSchema } from '@sinclair/typebox'
import type { FastifySchema } from 'fastify'
import { type DocumentedError, errorResponses } from '../http/openapi/error-responses.js'

/** A call that seeds or restores may bring a whole world. A text that JavaScript can hold is not much longer. */
export const LARGE_BODY = 500 * 1024 * 1024

/** The errors of a body. A call that takes none may get one all the same. */
export const bodyErrors: readonly DocumentedError[] = ['malformedJson', 'bodyTooLarge', 'unsupportedMediaType', 'invalidFields']

interface Parts {
  description: string
  /** What a call must send, if that is not as with most. */
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

/** The schema of a route of the control plane: what all have in common, around its own parts. */
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
