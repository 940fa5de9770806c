import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { Workspaces } from '../../domain/workspaces.js'
import { LiveStreams } from '../inspector/live.js'

const Query = Type.Object({
  workspace: Type.Optional(Type.String({ description: 'The ID of a workspace, because a browser cannot send X-Mock-Workspace here' }))
}, { additionalProperties: false })

/** The live stream of a workspace. It never ends, so the OpenAPI document leaves it out: generated clients would wait for its end. */
export const eventsRoute: FastifyPluginAsyncTypebox<{ workspaces: Workspaces }> = async (app, { workspaces }) => {
  const streams = new LiveStreams()
  app.addHook('preClose', async () => streams.close())

  app.get('/events', { schema: { querystring: Query }, exposeHeadRoute: false }, async (request, reply) => {
    const { query, workspace: chosen } = request
    const workspace = query.workspace === undefined ? chosen : await workspaces.find(query.workspace)
    await workspace.enter()
    reply.hijack()
    app.logRequest(request, reply) // no hook runs for a response that Fastify does not send
    request.raw.resume()
    await streams.open(reply.raw, workspace, request.headers['last-event-id'] as string | undefined)
  })
}
