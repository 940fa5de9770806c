import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { apiError } from '../../contract/errors.js'
import { ref, schemaOf } from '../../contract/schema.js'
import { bodyErrors, controlSchema } from '../control-schema.js'
import type { ControlToken } from '../control-token.js'

/** What a person logs in with. */
interface Login {
  token: string
}

const Login = schemaOf<Login>()(Type.Object({
  token: Type.String({ description: 'The control token' })
}, { $id: 'Login', additionalProperties: false, description: 'What a person logs in with' }))

/** Login for browsers, which cannot send the control token with every request: a cookie replaces it. */
export const loginRoutes: FastifyPluginAsyncTypebox<{ token: ControlToken | undefined }> = async (app, { token }) => {
  app.post('/login', {
    config: { open: true, secretBody: true },
    schema: controlSchema('login', 'Log in with a browser', {
      security: [],
      description: 'Sets a cookie that stands for the control token, until the browser is closed. A mock without a control token sets none.',
      body: ref(Login),
      response: { 204: Type.Null({ description: 'Logged in' }) }
    })
  }, async ({ body }, reply) => {
    if (token !== undefined) {
      if (!token.equals(body.token)) throw apiError('controlToken')
      reply.header('set-cookie', token.loginCookie)
    }
    return reply.code(204).send(null)
  })

  app.post('/logout', {
    config: { open: true },
    schema: controlSchema('logout', 'Log out with a browser', {
      security: [],
      description: 'Removes the cookie of a login.',
      response: { 204: Type.Null({ description: 'Logged out' }) }
    }, ...bodyErrors)
  }, async ({ headers }, reply) => {
    // the name of the cookie would help to guess a weak token, so only a browser that has the cookie gets it
    if (token?.isInCookie(headers.cookie) === true) reply.header('set-cookie', token.logoutCookie)
    return reply.code(204).send(null)
  })
}
