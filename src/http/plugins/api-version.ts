import { Type } from '@sinclair/typebox'
import fastifyPlugin from 'fastify-plugin'
import { apiError } from '../../contract/errors.js'
import { checkOf } from '../../contract/validation.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The API version of the response; `undefined` before it is known. */
    apiVersion: string | undefined
  }
}

/** All versions, the oldest first (the vendor's page). A key without a `Verifa-Version` header is pinned to the newest. */
const versions = ['2026-01-01'] as const
const oldest = versions[0]
const current = versions[versions.length - 1] as string

const VersionDate = Type.String({
  format: 'date',
  description: 'API version to use; without it the version pinned to the API key is used',
  examples: ['2026-02-01']
})

/** The request header of this plugin, for OpenAPI and `request-headers.ts`. */
export const versionHeader = { 'Verifa-Version': Type.Optional(VersionDate) }

/** The response header of this plugin, for OpenAPI. */
export const versionResponseHeader = { 'Verifa-Version': { type: 'string', format: 'date', description: 'The API version that was used' } }

/**
 * Finds the version of the response, and sends it in `Verifa-Version`. A retired version is a 400. `request-headers.ts` refuses a version
 * that is not a date, together with the other headers.
 */
export const apiVersionPlugin = fastifyPlugin(async app => {
  app.decorateRequest('apiVersion')

  app.addHook('onRequest', (request, reply, done) => {
    const asked = request.headers['verifa-version'] as string | undefined
    if (asked !== undefined && asked < oldest && checkOf(VersionDate)(asked).length === 0) {
      throw apiError('retiredVersion', { version: asked, current })
    }
    request.apiVersion = asked === undefined ? current : resolveVersion(asked)
    reply.header('verifa-version', request.apiVersion)
    done()
  })
}, { name: 'api-version' })

/** A date between two versions means the older one, a date in the future the newest (our decision). */
function resolveVersion (asked: string): string {
  return versions.findLast(version => version <= asked) ?? current
}
