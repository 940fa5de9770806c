import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type TSchema, Type } from '@sinclair/typebox'
import { apiError } from '../../contract/errors.js'
import { nullable } from '../../contract/schema.js'
import { StoreAwayError } from '../../domain/store-away.js'
import type { Workspaces } from '../../domain/workspaces.js'
import { errorResponses } from '../../http/openapi/error-responses.js'
import { version } from '../../own-package.js'

const Health = Type.Object({
  status: Type.Unsafe<'ok' | 'degraded'>({
    type: 'string', enum: ['ok', 'degraded'], description: '`degraded` while the mock cannot reach its store, and responds with a 503 to everything else'
  }),
  version: Type.String(),
  sessions: nullable(Type.Integer({ description: 'How many sessions there are; null while that is not known' }))
}, { description: 'The mock is up' })

const Readiness = Type.Object({ status: Type.Literal('ready') }, { description: 'The mock can do its work' })

/** Whether the mock is up and can serve requests. These calls need no token and pass no checks. */
export const healthRoute: FastifyPluginAsyncTypebox<{ workspaces: Workspaces }> = async (app, { workspaces: { shared } }) => {
  app.get('/health', {
    schema: openSchema('health', 'Check that the mock is up', {
      description: 'Responds as long as the mock runs. Everybody may call this, whatever guards the rest of the mock\'s own API.',
      response: { 200: Health, ...errorResponses('malformedHttp') }
    })
  }, async () => {
    const sessions = await countSessions()
    return { status: sessions === null ? 'degraded' as const : 'ok' as const, version, sessions }
  })

  app.get('/ready', {
    schema: openSchema('ready', 'Check that the mock can do its work', {
      description: 'Responds with a 503 while the mock cannot reach its store, and when it shuts down. Everybody may call this, as health.',
      response: { 200: Readiness, ...errorResponses('malformedHttp', 'shuttingDown', 'storeAway') }
    })
  }, async () => {
    if (app.listeners.closing) throw apiError('shuttingDown')
    await shared.enter()
    return { status: 'ready' as const }
  })

  async function countSessions (): Promise<number | null> {
    try {
      return await (await shared.enter()).store.count('sessions')
    } catch (error) {
      if (error instanceof StoreAwayError) return null
      throw error
    }
  }
}

interface OpenParts {
  description: string
  response: Readonly<Record<number, TSchema>>
}

function openSchema<S extends OpenParts> (operationId: string, summary: string, schema: S) {
  return { operationId, summary, tags: ['Mock'], security: [], ...schema }
}
