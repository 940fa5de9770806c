import { type TSchema, Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { type KeyInflection, keyInflections } from '../casing.js'
import { JSON_TYPE } from '../errors.js'
import { answerText } from '../serialization.js'

/** The request header of this plugin, for the schema of a route. */
export const keyInflectionHeader = {
  'Key-Inflection': Type.Optional(Type.Unsafe<KeyInflection>({
    type: 'string', enum: keyInflections, description: 'Casing of the keys of the answer; metadata is never renamed'
  }))
}

/** The casing that a request is answered in. A header that names none is refused elsewhere, in the default casing. */
export function inflectionOf (request: FastifyRequest, defaultKeyInflection: KeyInflection): KeyInflection {
  const asked = request.headers['key-inflection'] as KeyInflection | undefined
  return asked !== undefined && keyInflections.includes(asked) ? asked : defaultKeyInflection
}

/** Answers in the casing asked for: snake_case is what Fastify writes by the schemas of answers, others are written here. */
export const keyInflectionPlugin = fastifyPlugin<{ defaultKeyInflection: KeyInflection }>(async (app, { defaultKeyInflection }) => {
  app.addHook('onRequest', (request, reply, done) => {
    const inflection = inflectionOf(request, defaultKeyInflection)
    if (inflection !== 'snake') reply.type(JSON_TYPE).serializer((payload: unknown) => inflect(payload, request, reply, inflection))
    done()
  })
}, { name: 'key-inflection' })

function inflect (payload: unknown, request: FastifyRequest, { statusCode }: FastifyReply, inflection: KeyInflection): string {
  if (typeof payload === 'string') return payload // errors are written by their own handler
  const { response } = request.routeOptions.schema as { response: Record<number, TSchema | undefined> }
  const schema = response[statusCode]
  if (schema === undefined) throw new Error(`${request.method} ${request.url} has no schema for ${statusCode}`)
  return answerText(schema, inflection, payload)
}
