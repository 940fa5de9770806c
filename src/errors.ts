import { type Static, Type } from '@sinclair/typebox'
import { type KeyInflection, renameKeys } from './casing.js'

/** What every answer is, errors too. */
export const JSON_TYPE = 'application/json; charset=utf-8'

/** One offending field of a request: where it is, what is wrong in words, and what is wrong for a program. */
export const Problem = Type.Object({
  loc: Type.Array(Type.Unsafe<string | number>({ type: ['string', 'integer'] }), {
    description: 'Where: `body` or `header`, then the names that lead to the field'
  }),
  msg: Type.String({ description: 'What is wrong, as a sentence' }),
  type: Type.String({ description: 'What is wrong, for a program to compare' })
})
export type Problem = Static<typeof Problem>

/** Every error the API answers with has this body (the vendor's documentation). */
export const ErrorBody = Type.Object({
  error: Type.String({ description: 'What kind of error it is, for a program to compare' }),
  detail: Type.Unsafe<string | Problem[]>({
    description: 'A sentence, or for a request that failed validation the list of all its problems',
    anyOf: [Type.String(), Type.Array(Problem)]
  }),
  status_code: Type.Integer({ description: 'The HTTP status once more' })
}, { description: 'An error' })
export type ErrorBody = Static<typeof ErrorBody>

/**
 * Every error: its code, its HTTP status, its text. `{words}` are filled in where the error is made.
 * A test keeps this list and the table "Errors" of the README equal.
 */
export const errors = {
  missingApiKey: ['unauthorized', 401, 'Missing API key. Send it in the X-API-Key header.'],
  invalidApiKey: ['unauthorized', 401, 'Invalid API key.'],
  publishableKey: ['forbidden', 403, 'Publishable keys can only create sessions. Use a secret key (vk_live_… or vk_sandbox_…).'],
  missingScope: ['forbidden', 403, 'API key lacks the scope {scope}.'],
  controlToken: ['unauthorized', 401, 'Missing or wrong control token. Send it as Authorization: Bearer <token>.'],
  foreignHost: ['forbidden', 403, 'Host {host} is not one of this mock. Name it with --allowed-host.'],
  foreignOrigin: ['forbidden', 403, 'Origin {origin} is another site. Web pages may not drive this mock.'],
  retiredVersion: ['bad_request', 400, 'Verifa-Version {version} is no longer supported. Upgrade to {current}.'],
  malformedHttp: ['bad_request', 400, 'Request is not valid HTTP.'],
  malformedPath: ['bad_request', 400, 'Request path has an invalid percent-encoding.'],
  malformedJson: ['bad_request', 400, 'Request body is not valid JSON.'],
  requestTimeout: ['bad_request', 408, 'Request was not received in time.'],
  bodyTooLarge: ['bad_request', 413, 'Request body is larger than {limit} bytes.'],
  unsupportedMediaType: ['bad_request', 415, 'Unsupported content type. Send Content-Type: application/json.'],
  headersTooLarge: ['bad_request', 431, 'Request headers are too large.'],
  routeNotFound: ['not_found', 404, 'There is no {method} {path}. There is {routes}. GET /openapi.json describes them.'],
  sessionNotFound: ['not_found', 404, 'Session not found.'],
  sessionExists: ['conflict', 409, 'Session {id} exists already.'],
  faultNotFound: ['not_found', 404, 'There is no fault {id}. It may be used up.'],
  sessionRedacted: ['validation_error', 422, 'Session has been redacted and cannot be updated.'],
  idempotencyMismatch: ['idempotency_mismatch', 422, 'Idempotency key has already been used with different parameters.'],
  rateLimited: ['rate_limited', 429, 'Rate limit exceeded. Retry after {seconds} seconds.'],
  internal: ['internal_error', 500, 'Internal server error.']
} as const

/** An answer that is an error: thrown anywhere, sent by `plugins/error-handler.ts`. */
export class ApiError extends Error {
  constructor (
    readonly code: string,
    readonly statusCode: number,
    readonly detail: ErrorBody['detail'],
    /** Headers that go with the answer. */
    readonly headers: Readonly<Record<string, string>> = {}
  ) {
    super(typeof detail === 'string' ? detail : detail.map(({ loc, msg }) => `${loc.join('.')} ${msg}`).join('; '))
  }
}

/** The code that is documented for a status, or what comes nearest. */
export function codeOf (status: number): string {
  const known = Object.values(errors).find(([, itsStatus]) => itsStatus === status)
  return known?.[0] ?? (status < 500 ? 'bad_request' : 'internal_error')
}

/** Makes one of the errors of the list above, with its `{words}` filled in. */
export function apiError (name: keyof typeof errors, words: Record<string, string> = {}): ApiError {
  const [code, status, text] = errors[name]
  return new ApiError(code, status, text.replace(/\{(\w+)\}/g, (placeholder, word: string) => words[word] ?? placeholder))
}

/** The 422 of a request with one or more offending fields: all of them at once. */
export function validationError (problems: Problem[]): ApiError {
  return new ApiError('validation_error', 422, problems)
}

/** The body of an error, in snake_case. */
export function errorBody ({ code, detail, statusCode }: ApiError): ErrorBody {
  return { error: code, detail, status_code: statusCode }
}

/**
 * The body of an error as JSON text, in the casing asked for. Text, and not an object for a route's serializer,
 * because some errors are answered where no route is known: a path that cannot be decoded, bytes that are not HTTP.
 */
export function errorText (error: ApiError, inflection: KeyInflection): string {
  return JSON.stringify(renameKeys(ErrorBody, inflection, errorBody(error)))
}
