import type { TObject } from '@sinclair/typebox'
import type { onRequestHookHandler } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { validationError } from '../errors.js'
import { compileCheck } from '../validation.js'

/**
 * Checks the headers that a route's schema names, all at once, as soon as the request arrives. Fastify itself would
 * check them after it has read the body, and so answer about broken JSON first.
 */
export const requestHeadersPlugin = fastifyPlugin(async app => {
  app.addHook('onRoute', route => {
    const schema = route.schema?.headers as TObject | undefined
    if (schema === undefined) return
    const check = compileCheck(schema)
    const names = Object.keys(schema.properties).map(name => [name, name.toLowerCase()] as const)

    const checkHeaders: onRequestHookHandler = (request, _reply, done) => {
      const sent = names.filter(([, lowerCase]) => request.headers[lowerCase] !== undefined)
      if (sent.length > 0) {
        const problems = check(Object.fromEntries(sent.map(([name, lowerCase]) => [name, request.headers[lowerCase]])), ['header'])
        if (problems.length > 0) throw validationError(problems)
      }
      done()
    }
    route.onRequest = [route.onRequest, checkHeaders].flat().filter(hook => hook !== undefined)
  })
}, { name: 'request-headers' })
