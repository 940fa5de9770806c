import type { TObject, TSchema } from '@sinclair/typebox'
import fastifyPlugin from 'fastify-plugin'
import { acceptAnyCasing } from '../casing.js'
import { type Problem, validationError } from '../errors.js'
import { checkDepth, compileCheck } from '../validation.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it was sent, before its names were made ours; `undefined` when there is none that can be worked with. */
    sentBody: unknown
  }
}

/**
 * Checks bodies and queries, and answers with all problems at once, nothing coerced.
 * With `anyCasing`, as the vendor's operations have it, members may come in any casing, and handlers find them under
 * the names of the schema.
 */
export const requestBodyPlugin = fastifyPlugin<{ anyCasing: boolean }>(async (app, { anyCasing }) => {
  app.decorateRequest('sentBody')

  app.addHook('preValidation', (request, _reply, done) => {
    const problems = checkDepth(request.body, ['body'])
    if (problems.length > 0) throw validationError(problems)
    request.sentBody = request.body
    done()
  })

  app.setValidatorCompiler<TSchema>(({ schema, httpPart }) => {
    // headers have been checked before the body was read, by plugins/request-headers.ts; a path is always text
    if (httpPart !== 'body' && httpPart !== 'querystring') return () => true
    const check = compileCheck(schema)
    const place = [httpPart === 'body' ? 'body' : 'query']
    if (!anyCasing) return (value: unknown) => refuse(check(value, place)) ?? { value }
    return (value: unknown) => {
      const { body, repeated } = acceptAnyCasing(schema, value)
      const problems = repeated.map(name => ({ loc: [...place, name], msg: 'comes in more than one casing', type: 'value_error' }))
      return refuse([...check(body, place), ...problems]) ?? { value: dropUnknown(schema as TObject, body as object) }
    }
  })
}, { name: 'request-body' })

function refuse (problems: Problem[]): { error: Error } | undefined {
  return problems.length > 0 ? { error: validationError(problems) } : undefined
}

/** A schema that lets unknown members pass does not want them kept: a replay must not depend on what was ignored. */
function dropUnknown (schema: TObject, body: object): object {
  if (schema.additionalProperties !== true) return body
  return Object.fromEntries(Object.entries(body).filter(([name]) => Object.hasOwn(schema.properties, name)))
}
