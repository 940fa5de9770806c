import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { apiError, validationError } from '../../errors.js'
import { checkFixtureRules, completeSession, Fixtures } from '../../sessions/fixtures.js'
import { type Environment, Session } from '../../sessions/session.js'
import type { Workspace } from '../../workspace.js'
import { bodyErrors, controlSchema, LARGE_BODY } from '../control-schema.js'

const params = Type.Object({ session_id: Type.String({ description: 'Session ID' }) })

/** Sessions, past the rules of the API: read, added and removed in any state. */
export const sessionsRoutes: FastifyPluginAsyncTypebox = async app => {
  app.get('/sessions', {
    schema: controlSchema('listSessions', 'List all sessions', {
      description: 'The sessions of both environments, those of the sandbox first.',
      response: { 200: Type.Object({ data: Type.Array(Session) }, { description: 'All sessions, those of the sandbox first' }) }
    })
  }, async ({ workspace }) => ({ data: Array.from(workspace.store.all(), session => session.toJSON()) }))

  app.get('/sessions/:session_id', {
    schema: controlSchema('readSession', 'Read a session', {
      description: 'One session of either environment, with all its fields.',
      params,
      response: { 200: { ...Session } }
    }, 'sessionNotFound')
  }, async ({ params, workspace }) => find(workspace, params.session_id))

  app.delete('/sessions/:session_id', {
    schema: controlSchema('removeSession', 'Remove a session', {
      description: 'It is as if it had never been there; idempotency keys that were used on it stay.',
      params,
      response: { 204: Type.Null({ description: 'Removed' }) }
    }, ...bodyErrors, 'sessionNotFound')
  }, async ({ params, workspace }, reply) => {
    if (!workspace.store.remove(params.session_id)) throw apiError('sessionNotFound')
    return reply.code(204).send(null)
  })

  app.post('/sessions', {
    bodyLimit: LARGE_BODY,
    schema: controlSchema('seedSessions', 'Add sessions', {
      description: 'Takes one session or a list of them, and answers with the same, complete: whatever is left out gets a default. ' +
        'A session belongs to the environment that `is_sandbox` says, else to the one of the `X-API-Key` sent, else to the sandbox. ' +
        'All sessions are added, or none.',
      body: Fixtures,
      response: {
        201: Type.Unsafe<Session | Session[]>({
          description: 'The sessions as they are kept', if: { type: 'array', items: {} }, then: { type: 'array', items: Session }, else: Session
        })
      }
    }, 'sessionExists')
  }, async ({ body, headers, workspace }, reply) => {
    const problems = checkFixtureRules(body, ['body'])
    if (problems.length > 0) throw validationError(problems)
    const environment: Environment = /^vk_(pub_)?live_/.test(String(headers['x-api-key'])) ? 'live' : 'sandbox'
    const sessions = [body].flat().map(fixture => completeSession(fixture, workspace.clock.now(), environment))
    workspace.store.insert(sessions)
    reply.code(201)
    return Array.isArray(body) ? sessions : sessions[0]
  })
}

function find ({ store }: Workspace, id: string): Session {
  const session = store.get('sandbox', id) ?? store.get('live', id)
  if (session === undefined) throw apiError('sessionNotFound')
  return session.toJSON()
}
