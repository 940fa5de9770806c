import type { TObject, TSchema } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { compileAnyCasing } from '../../contract/casing.js'
import { apiError, type Problem, validationError } from '../../contract/errors.js'
import { checkDepth } from '../../contract/json.js'
import { compileQuery } from '../../contract/query.js'
import { checkOf } from '../../contract/validation.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it was sent; `undefined` if there is none, or if it is nested too deep. */
    sentBody: unknown
  }
  interface FastifyContextConfig {
    /** Whether the body has a secret, so that the log must not quote invalid JSON. */
    secretBody?: boolean
  }
}

/**
 * Parses bodies, then checks bodies and queries, and responds with all problems. It coerces nothing.
 * With `anyCasing`, which the vendor's operations use, fields may have any casing, and handlers get them with the names of the schema.
 */
export const requestBodyPlugin = fastifyPlugin<{ anyCasing: boolean }>(async (app, { anyCasing }) => {
  app.decorateRequest('sentBody')
  parseJson(app)

  app.addHook('preValidation', (request, _reply, done) => {
    const problems = checkDepth(request.body, ['body'])
    if (problems.length > 0) throw validationError(problems)
    request.sentBody = request.body
    done()
  })

  app.setValidatorCompiler<TSchema>(({ schema, httpPart }) => {
    // request-headers.ts has checked the headers before the body was read; a path is always text
    if (httpPart !== 'body' && httpPart !== 'querystring') return () => true
    const place = [httpPart === 'body' ? 'body' : 'query']
    const check = checkOf(schema)
    if (httpPart === 'querystring') {
      const readQuery = compileQuery(schema as TObject)
      return (value: Record<string, unknown>) => {
        const query = readQuery(value)
        return refuse(check(query, place)) ?? { value: query }
      }
    }
    if (!anyCasing) return (value: unknown) => refuse(check(value, place)) ?? { value }
    const acceptAnyCasing = compileAnyCasing(schema)
    return (value: unknown) => {
      const { body, repeated } = acceptAnyCasing(value)
      const problems = check(body, place)
      for (const name of repeated) problems.push({ loc: [...place, name], msg: 'comes in more than one casing', type: 'value_error' })
      return refuse(problems) ?? { value: dropUnknown(schema as TObject, body as object) }
    }
  })
}, { name: 'request-body' })

/** Parses JSON, and reports where it is invalid. An empty body counts as absent, because some clients always send a content type. */
function parseJson (app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, ({ routeOptions }, text, done) => {
    if (text === '') {
      done(null, undefined)
      return
    }
    try {
      done(null, JSON.parse(text as string))
    } catch (error) {
      const reason = routeOptions.config.secretBody === true ? undefined : reasonOf(error as SyntaxError)
      done(apiError('malformedJson', {}, { reason }))
    }
  })
}

/** Where JSON is invalid. V8 gives the position, or a character and the text around it, or neither if the text ends too early. */
function reasonOf ({ message }: SyntaxError): string {
  const position = /at position \d+/.exec(message)?.[0]
  const [, character, around] = /^Unexpected token (.+?), (.*) is not valid JSON$/s.exec(message) ?? []
  if (position !== undefined) return `body is not valid JSON ${position}`
  return character === undefined ? 'body is not valid JSON: it ends too early' : `body is not valid JSON at ${character} in ${around}`
}

function refuse (problems: Problem[]): { error: Error } | undefined {
  return problems.length > 0 ? { error: validationError(problems) } : undefined
}

/** Drops the unknown fields of a schema that allows them, because a replay must not depend on ignored fields. */
function dropUnknown (schema: TObject, body: object): object {
  if (schema.additionalProperties !== true) return body
  return Object.fromEntries(Object.entries(body).filter(([name]) => Object.hasOwn(schema.properties, name)))
}
