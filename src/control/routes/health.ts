import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { errorResponses } from '../../error-responses.js'
import { version } from '../../own-package.js'
import type { Workspaces } from '../../workspaces.js'

const Health = Type.Object({
  status: Type.Literal('ok'),
  version: Type.String(),
  sessions: Type.Integer({ description: 'How many sessions there are' })
}, { description: 'The mock is up' })

/** Whether the mock is up: asked by everybody, whatever guards the control plane. */
export const healthRoute: FastifyPluginAsyncTypebox<{ workspaces: Workspaces }> = async (app, { workspaces }) => {
  app.get('/health', {
    schema: {
      operationId: 'health',
      summary: 'Say whether the mock is up',
      description: 'Asked by everybody, whatever guards the rest of the mock\'s own API.',
      tags: ['Mock'],
      security: [],
      response: { 200: Health, ...errorResponses('malformedHttp') }
    }
  }, async () => ({ status: 'ok' as const, version, sessions: workspaces.shared.store.size }))
}
