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
      let sent: Record<string, unknown> | undefined
      for (const [name, lowerCase] of names) {
        const value = request.headers[lowerCase]
        if (value !== undefined) (sent ??= {})[name] = value
      }
      if (sent !== undefined) {
        const problems = check(sent, ['header'])
        if (problems.length > 0) throw validationError(problems)
      }
      done()
    }
    route.onRequest = [route.onRequest, checkHeaders].flat().filter(hook => hook !== undefined)
  })
}, { name: 'request-headers' })
