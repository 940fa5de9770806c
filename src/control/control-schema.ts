import type { TSchema } from '@sinclair/typebox'
import type { FastifySchema } from 'fastify'
import { type ErrorName, errorResponses } from '../error-responses.js'

/** Seeding and restoring may bring a whole world at once; a text that JavaScript can hold is not much longer. */
export const LARGE_BODY = 500 * 1024 * 1024

/** How a body can be wrong. A call that takes none answers so when one comes all the same, and its schema has to say it. */
export const bodyErrors: ErrorName[] = ['malformedJson', 'bodyTooLarge', 'unsupportedMediaType', 'invalidFields']

interface Parts {
  description: string
  params?: TSchema
  querystring?: TSchema
  body?: TSchema
  response: Record<number, TSchema>
}

/** What the schemas of all routes of the control plane have in common, around what is a route's own. */
export function controlSchema<T extends Parts> (operationId: string, summary: string, parts: T, ...errors: ErrorName[]): T & FastifySchema {
  const ofBody = parts.body === undefined ? [] : bodyErrors
  return {
    operationId,
    summary,
    tags: ['Mock'],
    security: [{}, { apiKey: [] }, { controlToken: [] }],
    ...parts,
    response: { ...parts.response, ...errorResponses('controlToken', 'invalidApiKey', 'foreignHost', 'foreignOrigin', ...ofBody, ...errors) }
  }
}
