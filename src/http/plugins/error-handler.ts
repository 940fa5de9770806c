import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { KeyInflection } from '../../contract/casing.js'
import { ApiError, apiError, codeOf, ErrorBody, errorBody, JSON_TYPE } from '../../contract/errors.js'
import { maskApiKeysIn } from '../../contract/masking.js'
import { writerOf } from '../../contract/serialization.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The error that the request was refused with, for log and journal. */
    failure: ApiError | undefined
  }
}

/**
 * Responds with an error in the API's shape, whatever was thrown.
 * @param log logs unexpected errors
 * @param casing the casing of the response to a request
 */
export function createErrorHandler (log: Logger, casing: (request: FastifyRequest) => KeyInflection) {
  return (error: Error, request: FastifyRequest, reply: FastifyReply): void => {
    const failure = failureOf(error, request, log)
    reply.code(failure.statusCode).headers(failure.headers).type(JSON_TYPE).send(errorText(failure, casing(request)))
  }
}

/** The API's error for whatever was thrown. Log and journal find it in the request. */
export function failureOf (error: Error, request: FastifyRequest, log: Logger): ApiError {
  const failure = request.failure = error instanceof ApiError ? error : translate(error as FastifyError, request)
  if (error !== failure && failure.statusCode >= 500) {
    log.error({ err: error, reqId: request.id, method: request.method, url: maskApiKeysIn(request.url) }, 'unexpected error')
  }
  return failure
}

/** The body of an error as JSON: text, not an object for a route's serializer, because some errors occur before the route is known. */
export function errorText (error: ApiError, inflection: KeyInflection): string {
  return writerOf(ErrorBody, inflection)(errorBody(error))
}

/** Translates Fastify's errors to the API's. Any other error is a bug, whose details are hidden from clients. */
function translate (error: FastifyError, request: FastifyRequest): ApiError {
  switch (error.code) {
    case 'FST_ERR_BAD_URL': return apiError('malformedPath')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE': return apiError('unsupportedMediaType')
    case 'FST_ERR_CTP_BODY_TOO_LARGE': return apiError('bodyTooLarge', { limit: String(request.routeOptions.bodyLimit) })
  }
  const { statusCode, message } = error
  return statusCode !== undefined && statusCode < 500 ? new ApiError(codeOf(statusCode), statusCode, message) : apiError('internal')
}
