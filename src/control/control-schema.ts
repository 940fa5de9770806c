import type { TSchema } from '@sinclair/typebox'
import type { FastifySchema } from 'fastify'
import { type ErrorName, errorResponses } from '../error-responses.js'

/** Seeding and restoring may bring a whole world at once; a text that JavaScript can hold is not much longer. */
export const LARGE_BODY = 500 * 1024 * 1024

interface Parts {
  description: string
  params?: TSchema
  querystring?: TSchema
  body?: TSchema
  response: Record<number, TSchema>
}

/** What the schemas of all routes of the control plane have in common, around what is a route's own. */
export function controlSchema<T extends Parts> (operationId: string, summary: string, parts: T, ...errors: ErrorName[]): T & FastifySchema {
  const bodyErrors: ErrorName[] = parts.body === undefined ? [] : ['malformedJson', 'bodyTooLarge', 'unsupportedMediaType', 'invalidFields']
  return {
    operationId,
    summary,
    tags: ['Mock'],
    security: [{}, { apiKey: [] }, { controlToken: [] }],
    ...parts,
    response: { ...parts.response, ...errorResponses('controlToken', 'invalidApiKey', 'foreignHost', 'foreignOrigin', ...bodyErrors, ...errors) }
  }
}
