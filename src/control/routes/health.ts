import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { Workspaces } from '../../domain/workspaces.js'
import { errorResponses } from '../../http/openapi/error-responses.js'
import { version } from '../../own-package.js'

const Health = Type.Object({
  status: Type.Literal('ok'),
  version: Type.String(),
  sessions: Type.Integer({ description: 'How many sessions there are' })
}, { description: 'The mock is up' })

/** Whether the mock is up. Everybody may ask, whatever guards the control plane. */
export const healthRoute: FastifyPluginAsyncTypebox<{ workspaces: Workspaces }> = async (app, { workspaces }) => {
  app.get('/health', {
    schema: {
      operationId: 'health',
      summary: 'Check that the mock is up',
      description: 'Everybody may call this, whatever guards the rest of the mock\'s own API.',
      tags: ['Mock'],
      security: [],
      response: { 200: Health, ...errorResponses('malformedHttp') }
    }
  }, async () => ({ status: 'ok' as const, version, sessions: await workspaces.shared.world.store.count('sessions') }))
}
