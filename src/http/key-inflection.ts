import { Type } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import { type KeyInflection, keyInflections } from '../contract/casing.js'

/** The request header that sets the casing, for OpenAPI and `plugins/request-headers.ts`. */
export const keyInflectionHeader = {
  'Key-Inflection': Type.Optional(Type.Unsafe<KeyInflection>({
    type: 'string', enum: keyInflections, description: 'Casing of the keys of the response; metadata is never renamed'
  }))
}

/** The casing of the response to a request. A header with another value is refused elsewhere; that error has the default casing. */
export function inflectionOf (request: FastifyRequest, defaultKeyInflection: KeyInflection): KeyInflection {
  const asked = request.headers['key-inflection'] as KeyInflection | undefined
  return asked !== undefined && keyInflections.includes(asked) ? asked : defaultKeyInflection
}
