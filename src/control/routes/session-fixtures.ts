import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { validationError } from '../../contract/errors.js'
import { ref } from '../../contract/schema.js'
import { Fixture } from '../../domain/fixtures/fixture.js'
import { findFixture, replaceSession } from '../../domain/sessions/direct.js'
import { checkReplacement } from '../../domain/sessions/replacement.js'
import { Session } from '../../domain/sessions/session.js'
import { controlSchema, LARGE_BODY } from '../control-schema.js'
import { params } from './session-params.js'

/** A session with what belongs to it, as a whole. */
export const sessionFixturesRoutes: FastifyPluginAsyncTypebox<{ publicUrl: string | undefined }> = async (app, { publicUrl }) => {
  app.get('/sessions/:session_id/fixture', {
    schema: controlSchema('readFixture', 'Read a session as a fixture', {
      description: 'A session of either environment as a saved state has it: with its result, its links, and what else belongs to it.',
      params,
      response: { 200: ref(Fixture) }
    }, 'sessionNotFound')
  }, async ({ params, workspace: { world } }) => findFixture(world.store, params.session_id))

  app.put('/sessions/:session_id/fixture', {
    bodyLimit: LARGE_BODY,
    config: { needsWorkspaceKey: true },
    schema: controlSchema('replaceSession', 'Replace a session by a fixture', {
      description: 'Replaces a session of either environment, and what belongs to it, and returns the completed session: what is left out gets a ' +
        'default. The ID cannot change. No webhook is sent.',
      params,
      body: ref(Fixture),
      response: { 200: ref(Session) }
    }, 'sessionNotFound', 'workspaceKeyRequired')
  }, async ({ body, params: { session_id: id }, workspace: { world } }) => {
    const problems = checkReplacement(id, body, ['body'])
    if (problems.length > 0) throw validationError(problems)
    return replaceSession(world.store, { ...body, id }, { now: world.clock.now(), publicUrl })
  })
}
