import fastifyPlugin from 'fastify-plugin'
import { nearest } from '../../contract/nearest.js'
import type { Operation } from '../operation.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The ignored parameters of the query, in words, for log and journal; `undefined` if there are none. */
    hint: string | undefined
  }
}

/** Notes the unknown parameters of a query. They are ignored, as in web frameworks (our decision). */
export const unknownQueryPlugin = fastifyPlugin(async app => {
  app.decorateRequest('hint')

  app.addHook('onRequest', (request, _reply, done) => {
    if (request.url.includes('?')) request.hint = hintOf(request.operation, Object.keys(request.query as object))
    done()
  })
}, { name: 'unknown-query', dependencies: ['api-key'] })

function hintOf ({ query }: Operation, names: readonly string[]): string | undefined {
  const known = Object.keys(query?.properties ?? {})
  const hints = names.filter(name => !known.includes(name)).map(name => {
    const meant = nearest(name, known)
    return `unknown query parameter ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}`
  })
  return hints.length > 0 ? hints.join(', ') : undefined
}
