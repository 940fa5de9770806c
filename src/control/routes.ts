import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import { validationError } from '../errors.js'
import { errorResponses } from '../plugins/openapi.js'
import { checkFixtureRules, completeSession, Fixtures } from '../sessions/fixtures.js'
import { type Environment, Session } from '../sessions/session.js'
import type { Workspace } from '../sessions/workspace.js'
import { version } from '../version.js'

/** Seeding may bring many sessions at once, where an update is one. */
const SEED_BODY_LIMIT = 64 * 1024 * 1024

/** The control plane: the mock's own API, which the real one does not have. It asks for no key. */
export const controlRoutes: FastifyPluginAsyncTypebox<{ workspace: Workspace }> = async (app, { workspace }) => {
  app.get('/health', {
    config: { listed: true },
    schema: {
      operationId: 'health',
      summary: 'Say whether the mock is up',
      tags: ['Mock'],
      security: [],
      response: {
        200: Type.Object(
          { status: Type.Literal('ok'), version: Type.String(), sessions: Type.Integer({ description: 'How many sessions there are' }) },
          { description: 'The mock is up' }
        ),
        ...errorResponses('malformedHttp')
      }
    }
  }, async () => ({ status: 'ok' as const, version, sessions: workspace.store.size }))

  app.post('/sessions', {
    bodyLimit: SEED_BODY_LIMIT,
    config: { listed: true },
    schema: {
      operationId: 'seedSessions',
      summary: 'Add sessions',
      description: 'Takes one session or a list of them, and answers with the same, complete: whatever is left out gets a default. ' +
        'A session belongs to the environment that `is_sandbox` says, else to the one of the `X-API-Key` sent, else to the sandbox. ' +
        'All sessions are added, or none.',
      tags: ['Mock'],
      security: [{}, { apiKey: [] }],
      body: Fixtures,
      response: {
        201: Type.Unsafe<Session | Session[]>({
          description: 'The sessions as they are kept', if: { type: 'array' }, then: { type: 'array', items: Session }, else: Session
        }),
        ...errorResponses('malformedJson', 'sessionExists', 'bodyTooLarge', 'unsupportedMediaType', 'invalidFields')
      }
    }
  }, async (request, reply) => {
    const { body } = request
    const problems = checkFixtureRules(body, ['body'])
    if (problems.length > 0) throw validationError(problems)
    const environment = environmentOf(request)
    const sessions = [body].flat().map(fixture => completeSession(fixture, workspace.clock.now(), environment))
    workspace.store.insert(sessions)
    reply.code(201)
    return Array.isArray(body) ? sessions : sessions[0]
  })
}

function environmentOf ({ headers }: FastifyRequest): Environment {
  return headers['x-api-key']?.includes('_live_') === true ? 'live' : 'sandbox'
}
