import { Type } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { type Problem, validationError } from '../../contract/errors.js'
import { checkOf } from '../../contract/validation.js'
import { keyInflectionHeader } from '../key-inflection.js'
import { isWriting, type Operation } from '../operation.js'
import { versionHeader } from './api-version.js'
import { checkSentOnce, idempotencyKeyHeader } from './idempotency-key.js'

const ReadingHeaders = Type.Object({ ...versionHeader, ...keyInflectionHeader })
const WritingHeaders = Type.Object({ ...ReadingHeaders.properties, ...idempotencyKeyHeader })

/** The headers that an operation takes. */
export function headersOf (operation: Operation): typeof ReadingHeaders | typeof WritingHeaders {
  return isWriting(operation) ? WritingHeaders : ReadingHeaders
}

/**
 * Checks all headers of a request together, as soon as it arrives. Fastify would check them after it has read the body, and report invalid
 * JSON first.
 */
export const requestHeadersPlugin = fastifyPlugin(async app => {
  app.addHook('onRequest', (request, _reply, done) => {
    const { headers, idempotencyKey } = request
    if (headers['verifa-version'] !== undefined || headers['key-inflection'] !== undefined || idempotencyKey !== undefined) {
      const problems = problemsOf(request)
      if (problems.length > 0) throw validationError(problems)
    }
    done()
  })
}, { name: 'request-headers', dependencies: ['api-key', 'idempotency-key'] })

function problemsOf (request: FastifyRequest): Problem[] {
  const { headers, idempotencyKey, operation } = request
  // to Ajv, a field that is undefined is absent
  const sent = {
    'Verifa-Version': headers['verifa-version'],
    'Key-Inflection': headers['key-inflection'],
    'Idempotency-Key': idempotencyKey
  }
  const repeated = idempotencyKey !== undefined && isWriting(operation) ? checkSentOnce(request) : []
  return checkOf(headersOf(operation))(sent, ['header']).concat(repeated)
}
