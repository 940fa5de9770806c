import { Type } from '@sinclair/typebox'
import fastifyPlugin from 'fastify-plugin'
import { apiError } from '../errors.js'
import { compileCheck } from '../validation.js'

/** The versions there are, oldest first (the vendor's page). A key without a `Verifa-Version` header is pinned to the newest. */
const versions = ['2026-01-01'] as const
const oldest = versions[0]
const current = versions[versions.length - 1] as string

const VersionDate = Type.String({
  format: 'date',
  description: 'API version to use; without it the version pinned to the API key is used',
  examples: ['2026-02-01']
})

/** The request header of this plugin, for the schema of a route. */
export const versionHeader = { 'Verifa-Version': Type.Optional(VersionDate) }

/** The response header of this plugin, for the schema of an answer. */
export const versionResponseHeader = { 'Verifa-Version': { type: 'string', format: 'date', description: 'The API version that was used' } }

const isDate = compileCheck(VersionDate)

/**
 * Finds the version that a request is answered in, and says it in `Verifa-Version`. 400 for a version that is retired;
 * that a version is no date is found with the other headers, by `plugins/request-headers.ts`.
 */
export const apiVersionPlugin = fastifyPlugin(async app => {
  app.addHook('onRequest', (request, reply, done) => {
    const asked = request.headers['verifa-version'] as string | undefined
    if (asked !== undefined && asked < oldest && isDate(asked).length === 0) {
      throw apiError('retiredVersion', { version: asked, current })
    }
    reply.header('verifa-version', asked === undefined ? current : resolveVersion(asked))
    done()
  })
}, { name: 'api-version' })

/** A date between two versions means the older one; a date in the future is the newest (our decision). */
function resolveVersion (asked: string): string {
  return versions.findLast(version => version <= asked) ?? current
}
