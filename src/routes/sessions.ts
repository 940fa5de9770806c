import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { errorResponses } from '../error-responses.js'
import { versionHeader, versionResponseHeader } from '../plugins/api-version.js'
import { idempotencyKeyHeader, replayedResponseHeader } from '../plugins/idempotency.js'
import { keyInflectionHeader } from '../plugins/key-inflection.js'
import type { Written } from '../serialization.js'
import { completeSession } from '../sessions/fixtures.js'
import { Session } from '../sessions/session.js'
import { SessionUpdate } from '../sessions/update.js'

export interface SessionRoutesOptions {
  /** Whether the operations stand in the OpenAPI document under this prefix. */
  documented: boolean
  /** What becomes of body members that cannot be set: a 422, or nothing. */
  unknownFields: 'reject' | 'ignore'
}

/** The operations on sessions. */
export const sessionRoutes: FastifyPluginAsyncTypebox<SessionRoutesOptions> = async (app, { documented, unknownFields }) => {
  app.patch('/sessions/:session_id', {
    config: { scope: 'sessions:write', idempotent: true },
    schema: { ...updateSession, body: updateBodies[unknownFields], hide: !documented }
  }, request => {
    const { apiKey, workspace } = request.caller
    request.change = workspace.store.update(apiKey.environment, request.params.session_id, request.body, workspace.clock.now())
    return request.change.after
  })
}

const updateSession = {
  operationId: 'updateSession',
  summary: 'Update a session',
  description: 'Updates metadata on an existing session. Only `external_ref` and `metadata` can be changed. ' +
    'Sessions that have been redacted cannot be updated.',
  tags: ['Sessions'],
  security: [{ apiKey: [] }],
  params: Type.Object({ session_id: Type.String({ description: 'Session ID', examples: ['ses_pending'] }) }),
  headers: Type.Object({ ...versionHeader, ...keyInflectionHeader, ...idempotencyKeyHeader }),
  response: {
    // the schema of what is sent; what the handler gives writes it itself
    200: Type.Unsafe<Written>({
      ...Session,
      'description': 'The updated session',
      'headers': { ...versionResponseHeader, ...replayedResponseHeader },
      'x-examples': {
        updated: {
          value: completeSession({
            id: 'ses_pending',
            created_at: '2026-01-05T09:00:00.000Z',
            updated_at: '2026-01-05T09:03:12.450Z',
            external_ref: 'order-1042',
            metadata: { plan: 'gold' },
            country: 'DE',
            checks: ['document', 'face_match'],
            workflow_id: 'wf_standard',
            tags: ['onboarding']
          }, 0)
        }
      }
    }),
    ...errorResponses(
      'malformedPath', 'malformedJson', 'retiredVersion', 'missingApiKey', 'invalidApiKey', 'publishableKey', 'missingScope',
      'sessionNotFound', 'bodyTooLarge', 'unsupportedMediaType', 'invalidFields', 'sessionRedacted', 'idempotencyMismatch'
    )
  }
}

const strictBody = {
  ...SessionUpdate,
  'x-examples': {
    metadata: { summary: 'Set one metadata key, remove another', value: { metadata: { plan: 'gold', trial: null } } },
    reference: { summary: 'Change the external reference', value: { external_ref: 'order-1042' } }
  }
}

const updateBodies = { reject: strictBody, ignore: { ...strictBody, additionalProperties: true } }
