import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { validationError } from '../../contract/errors.js'
import { ref } from '../../contract/schema.js'
import { checkFixtureRules, Fixtures } from '../../domain/fixtures/fixture.js'
import { newId } from '../../domain/new-id.js'
import { newCaptureUrl } from '../../domain/sessions/capture.js'
import { addSessions, changeSession, findSession, removeSession } from '../../domain/sessions/direct.js'
import { DirectSimulation, simulateDirectly } from '../../domain/sessions/direct-simulation.js'
import { redactDirectly } from '../../domain/sessions/redact.js'
import { Session } from '../../domain/sessions/session.js'
import { querySessions, SessionQuery } from '../../domain/sessions/session-query.js'
import { setStatus, StatusChange } from '../../domain/sessions/set-status.js'
import { listSessions } from '../../domain/workspace.js'
import { originOf } from '../../http/paths.js'
import { bodyErrors, controlSchema, LARGE_BODY } from '../control-schema.js'
import { keyEnvironment } from '../key-environment.js'
import { sendLong } from '../send-long.js'
import { params } from './session-params.js'

const SessionsBody = Type.Object({
  data: Type.Unsafe<readonly Session[]>(Type.Array(ref(Session))),
  total: Type.Integer({ description: 'How many there are on all pages' })
}, { description: 'All sessions, or a page of them' })

/** Sessions, without the rules of the API: read, added, and removed in any state. */
export const sessionsRoutes: FastifyPluginAsyncTypebox<{ publicUrl: string | undefined }> = async (app, { publicUrl }) => {
  app.get('/sessions', {
    schema: controlSchema('readSessions', 'List sessions', {
      description: 'Without a query all sessions of both environments, those of the sandbox first. With a query a page of the sessions of one environment that match, the newest first.',
      querystring: SessionQuery,
      response: {
        200: SessionsBody
      }
    }, 'invalidFields')
  }, async ({ headers, query, workspace: { world: { store } } }, reply) => {
    if (Object.keys(query).length === 0) {
      const data = await listSessions(store)
      return sendLong(reply, SessionsBody, { data, total: data.length })
    }
    const { documents, total } = await querySessions(store, { environment: keyEnvironment(headers), ...query })
    return { data: documents, total }
  })

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

  app.post('/sessions/:session_id/simulate', {
    config: { needsWorkspaceKey: true },
    schema: controlSchema('simulateOutcome', 'Simulate an outcome of any session', {
      description: 'Does what `POST /sessions/{session_id}/simulate` does, also with live sessions, and returns the whole session. `result` ' +
        'has fields of the result in place of the simulated ones.',
      params,
      body: ref(DirectSimulation),
      response: { 200: ref(Session) }
    }, 'cannotSimulate', 'sessionNotFound', 'workspaceKeyRequired')
  }, async ({ body, params, workspace: { world } }) => {
    return changeSession(world, params.session_id, (session, now) => simulateDirectly(session, body, newCaseId, now))
  })

  app.put('/sessions/:session_id/status', {
    config: { needsWorkspaceKey: true },
    schema: controlSchema('setStatus', 'Set the status of a session', {
      description: 'Gives a session any status, whatever it had before, and returns it. It gets a capture token when it becomes pending or ' +
        'capturing, and loses it otherwise. A result that does not fit the status is removed. `result` gives it one, with the status ' +
        'completed or under_review.',
      params,
      body: ref(StatusChange),
      response: { 200: ref(Session) }
    }, 'sessionNotFound', 'sessionRedacted', 'workspaceKeyRequired')
  }, async request => {
    const { body, params, workspace: { world } } = request
    return changeSession(world, params.session_id, (session, now, result) =>
      setStatus(session, result, body, { now, newCaseId, newCaptureUrl: () => newCaptureUrl(originOf(request, publicUrl), newId) }))
  })

  app.post('/sessions/:session_id/redact', {
    config: { needsWorkspaceKey: true },
    schema: controlSchema('redactAnySession', 'Redact any session', {
      description: 'Does what `DELETE /sessions/{session_id}/data` does, and returns the whole session. A session that has been redacted stays as it is.',
      params,
      response: { 200: ref(Session) }
    }, ...bodyErrors, 'sessionNotFound', 'workspaceKeyRequired')
  }, async ({ params, workspace: { world } }) => {
    return changeSession(world, params.session_id, (session, now, result, links) => redactDirectly(session, result, links, now))
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
    const added = workspace.complete([body].flat(), keyEnvironment(headers))
    await addSessions(workspace.world.store, added)
    reply.code(201)
    return Array.isArray(body) ? added.sessions : added.sessions[0]
  })
}

function newCaseId (): string {
  return newId('case_')
}
