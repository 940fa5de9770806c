import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { validationError } from '../../contract/errors.js'
import { ref } from '../../contract/schema.js'
import { checkFixtureRules, Fixtures } from '../../domain/fixtures/fixture.js'
import { addSessions, findSession, removeSession } from '../../domain/sessions/direct.js'
import { type Environment, Session } from '../../domain/sessions/session.js'
import { listSessions } from '../../domain/workspace.js'
import { bodyErrors, controlSchema, LARGE_BODY } from '../control-schema.js'

const params = Type.Object({ session_id: Type.String({ description: 'Session ID' }) })

/** Sessions, without the rules of the API: read, added and removed in any state. */
export const sessionsRoutes: FastifyPluginAsyncTypebox = async app => {
  app.get('/sessions', {
    schema: controlSchema('readSessions', 'List all sessions', {
      description: 'The sessions of both environments, those of the sandbox first.',
      response: { 200: Type.Object({ data: Type.Array(ref(Session)) }, { description: 'All sessions, those of the sandbox first' }) }
    })
  }, async ({ workspace: { world } }) => ({ data: [...await listSessions(world.store)] }))

  app.get('/sessions/:session_id', {
    schema: controlSchema('readSession', 'Read a session', {
      description: 'One session of either environment, with all its fields.',
      params,
      response: { 200: ref(Session) }
    }, 'sessionNotFound')
  }, async ({ params, workspace: { world } }) => findSession(world.store, params.session_id))

  app.delete('/sessions/:session_id', {
    schema: controlSchema('removeSession', 'Remove a session', {
      description: 'Removes a session, and what belongs to it, as if it had never been there. Idempotency keys that were used on it stay.',
      params,
      response: { 204: Type.Null({ description: 'Removed' }) }
    }, ...bodyErrors, 'sessionNotFound')
  }, async ({ params, workspace: { world } }, reply) => {
    await removeSession(world.store, params.session_id)
    return reply.code(204).send(null)
  })

  app.post('/sessions', {
    bodyLimit: LARGE_BODY,
    config: { needsWorkspaceKey: true },
    schema: controlSchema('seedSessions', 'Add sessions', {
      description: 'Takes one session or a list, and returns the completed sessions: what is left out gets a default. ' +
        'A session belongs to the environment that `is_sandbox` says, else to that of the `X-API-Key`, else to the sandbox. ' +
        'All sessions are added, or none.',
      body: Fixtures,
      response: {
        201: Type.Unsafe<Session | Session[]>({
          description: 'The completed sessions', if: { type: 'array', items: {} }, then: { type: 'array', items: ref(Session) }, else: ref(Session)
        })
      }
    }, 'sessionExists', 'workspaceKeyRequired')
  }, async ({ body, headers, workspace }, reply) => {
    const problems = checkFixtureRules(body, ['body'])
    if (problems.length > 0) throw validationError(problems)
    const environment: Environment = /^vk_(pub_)?live_/.test(String(headers['x-api-key'])) ? 'live' : 'sandbox'
    const { store, clock } = workspace.world
    const added = workspace.complete([body].flat(), environment)
    await addSessions(store, added, clock.now())
    reply.code(201)
    return Array.isArray(body) ? added.sessions : added.sessions[0]
  })
}
