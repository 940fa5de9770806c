import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Logger } from 'pino'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { KeyInflection } from '../casing.js'
import { ApiError, apiError, codeOf, errorText, JSON_TYPE, validationError } from '../errors.js'
import type { Turns } from '../turns.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The error that the request was answered with, for the log. */
    failure: ApiError | undefined
  }
}

/**
 * Answers with an error in the API's shape: whatever was thrown, wherever.
 * @param log told of defects
 * @param casing the casing that a request is answered in
 */
export function createErrorHandler (log: Logger, casing: (request: FastifyRequest) => KeyInflection) {
  return (error: Error, request: FastifyRequest, reply: FastifyReply): void => {
    const expected = error instanceof ApiError
    const answer = expected ? error : translate(error as FastifyError, request)
    if (!expected && answer.statusCode >= 500) {
      log.error({ err: error, method: request.method, url: request.url }, 'unexpected error')
    }
    request.failure = answer
    // text needs no serializer: the schema of a route does not come into it
    const text = errorText(answer, casing(request))
    reply.code(answer.statusCode).headers(answer.headers).type(JSON_TYPE).send(text)
  }
}

/** Fastify's errors in the API's words. What is none of Fastify's is a defect of ours, and tells a client nothing. */
function translate (error: FastifyError, request: FastifyRequest): ApiError {
  switch (error.code) {
    case 'FST_ERR_BAD_URL': return apiError('malformedPath')
    case 'FST_ERR_CTP_INVALID_JSON_BODY': return apiError('malformedJson')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE': return apiError('unsupportedMediaType')
    case 'FST_ERR_CTP_BODY_TOO_LARGE': return apiError('bodyTooLarge', { limit: String(request.routeOptions.bodyLimit) })
    // an empty body is no session update, whether or not a content type stands above it (our decision)
    case 'FST_ERR_CTP_EMPTY_JSON_BODY': return validationError([{ loc: ['body'], msg: 'must be a JSON object', type: 'dict_type' }])
  }
  const { statusCode, message } = error
  return statusCode !== undefined && statusCode < 500 ? new ApiError(codeOf(statusCode), statusCode, message) : apiError('internal')
}

/** Answers what arrives on a connection and is no HTTP request, after the requests before it, and closes the connection. */
export function createBrokenHttpHandler (defaultKeyInflection: KeyInflection, turns: Turns) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET') {
      socket.destroy()
      return
    }
    turns.after(socket, answered => {
      if (socket.writable && !answered) {
        const answer = apiError(brokenHttp[error.code ?? ''] ?? 'malformedHttp')
        const body = errorText(answer, defaultKeyInflection)
        socket.write(`HTTP/1.1 ${answer.statusCode} ${String(STATUS_CODES[answer.statusCode])}\r\n` +
          `Content-Type: ${JSON_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`)
      }
      socket.destroy()
    })
  }
}

/** Node's codes for what can be said more exactly than that it is no HTTP. */
const brokenHttp: Record<string, 'requestTimeout' | 'headersTooLarge'> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'requestTimeout',
  HPE_HEADER_OVERFLOW: 'headersTooLarge'
}
