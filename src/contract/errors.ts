import { Type } from '@sinclair/typebox'
import { ref, schemaOf } from './schema.js'

/** The content type of every response, errors included. */
export const JSON_TYPE = 'application/json; charset=utf-8'

/** The content type of a form that a browser sends. */
export const FORM_TYPE = 'application/x-www-form-urlencoded'

/** One problem of a request. */
export interface Problem {
  /** The path to the offending field: `body`, `query` or `header`, then field names and list positions. */
  loc: (string | number)[]
  /** What is wrong, in words: "must be a string". */
  msg: string
  /** What is wrong, for programs to compare: `string_type`. */
  type: string
}

export const Problem = schemaOf<Problem>()(Type.Object({
  loc: Type.Array(Type.Unsafe<string | number>({ type: ['string', 'integer'] }), {
    description: 'The path to the offending field: `body`, `query` or `header`, then field names and list positions'
  }),
  msg: Type.String({ description: 'What is wrong, in words' }),
  type: Type.String({ description: 'What is wrong, for programs to compare' })
}, { $id: 'Problem', description: 'One thing that is wrong with a request' }))

/** The body of every error (the vendor's documentation). */
export interface ErrorBody {
  /** The kind of error, for programs to compare: `not_found`. */
  error: string
  /** A sentence, or the list of problems of a request that failed validation. */
  detail: string | Problem[]
  /** The HTTP status. */
  status_code: number
}

export const ErrorBody = schemaOf<ErrorBody>()(Type.Object({
  error: Type.String({ description: 'The kind of error, for programs to compare' }),
  detail: Type.Unsafe<string | Problem[]>({
    description: 'A sentence, or for a request that failed validation the list of its problems',
    anyOf: [Type.String(), Type.Array(ref(Problem))]
  }),
  status_code: Type.Integer({ description: 'The HTTP status' })
}, { $id: 'ErrorBody', description: 'An error' }))

/**
 * Every error: its code, its HTTP status, its text. `{words}` are filled in where the error is made.
 * A test compares this list with docs/errors.md.
 */
export const errors = {
  missingApiKey: ['unauthorized', 401, 'Missing API key. Send it in the X-API-Key header.'],
  invalidApiKey: ['unauthorized', 401, 'Invalid API key.'],
  publishableKey: ['forbidden', 403, 'Publishable keys can only create sessions. Use a secret key (vk_live_… or vk_sandbox_…).'],
  sandboxOnly: ['forbidden', 403, 'Simulation is only available with sandbox keys.'],
  missingScope: ['forbidden', 403, 'API key lacks the scope {scope}.'],
  controlToken: ['unauthorized', 401, 'Missing or wrong control token. Send it as Authorization: Bearer <token>.'],
  foreignHost: ['forbidden', 403, 'Host "{host}" is not allowed. Add it with --allowed-host {name}.'],
  foreignOrigin: ['forbidden', 403, 'Origin "{origin}" is another site. Web pages may not use the control plane.'],
  foreignSite: ['forbidden', 403, 'Sec-Fetch-Site is "{site}": another origin. Web pages may not use the control plane.'],
  workspaceKeyRequired: ['bad_request', 400, 'With --isolation api-key, send the X-API-Key whose workspace this call is for.'],
  retiredVersion: ['bad_request', 400, 'Verifa-Version {version} is no longer supported. Upgrade to {current}.'],
  malformedHttp: ['bad_request', 400, 'Request is not valid HTTP.'],
  malformedPath: ['bad_request', 400, 'Request path has an invalid percent-encoding.'],
  malformedJson: ['bad_request', 400, 'Request body is not valid JSON.'],
  requestTimeout: ['bad_request', 408, 'Request was not received in time.'],
  bodyTooLarge: ['bad_request', 413, 'Request body is larger than {limit} bytes.'],
  unsupportedMediaType: ['bad_request', 415, 'Unsupported content type. Send Content-Type: application/json.'],
  headersTooLarge: ['bad_request', 431, 'Request headers are too large.'],
  routeNotFound: ['not_found', 404, 'No route {method} {path}. Nearest: {routes}. See GET /openapi.json.'],
  sessionNotFound: ['not_found', 404, 'Session not found.'],
  noResult: ['not_found', 404, 'No result yet.'],
  endpointNotFound: ['not_found', 404, 'Webhook endpoint not found.'],
  deliveryNotFound: ['not_found', 404, 'Webhook delivery not found.'],
  cannotRetry: ['bad_request', 400, 'Webhook delivery is {status} and cannot be retried.'],
  sessionExists: ['conflict', 409, 'Session {id} already exists.'],
  requestNotFound: ['not_found', 404, 'No request {id} in the journal.'],
  cannotResend: ['conflict', 409, 'Request {id} cannot be sent again as it was: its body was not read. Give a body.'],
  keyUnknown: ['conflict', 409, 'Request {id} cannot be sent again: this replica does not know its API key.'],
  faultNotFound: ['not_found', 404, 'No fault {id}. It may be used up.'],
  workspaceNotFound: ['not_found', 404, 'No workspace {id}. It may have been evicted.'],
  cannotDeliver: ['conflict', 409, 'Delivery {id} is {state} and cannot be sent.'],
  notSettled: ['conflict', 409, 'Webhooks did not settle within {timeout} ms. Waiting: {waiting}.'],
  sessionRedacted: ['validation_error', 422, 'Session has been redacted and cannot be updated.'],
  cannotResume: ['bad_request', 400, 'Session is {state} and cannot be resumed.'],
  cannotExpire: ['bad_request', 400, 'Session is {state} and cannot be expired.'],
  cannotSimulate: ['bad_request', 400, 'Session is {state} and cannot be simulated.'],
  cannotLink: ['bad_request', 400, 'Session is {state} and cannot have a one-time link.'],
  cannotSubmit: ['validation_error', 422, 'Session is {state} and cannot be submitted.'],
  captureNotFound: ['not_found', 404, 'Capture link not found.'],
  cannotCapture: ['bad_request', 410, 'Session is {state} and cannot be captured.'],
  linkUsed: ['bad_request', 410, 'Capture link has been used. It works once.'],
  linkExpired: ['bad_request', 410, 'Capture link has expired.'],
  linkRevoked: ['bad_request', 410, 'Capture link has been revoked.'],
  linkReplaced: ['bad_request', 410, 'Capture link has been replaced by a newer one.'],
  tooManyTags: ['validation_error', 422, 'Session can have at most 50 tags.'],
  idempotencyMismatch: ['idempotency_mismatch', 422, 'Idempotency key has already been used with different parameters.'],
  rateLimited: ['rate_limited', 429, 'Rate limit exceeded. Retry after {seconds} seconds.'],
  quotaExceeded: ['quota_exceeded', 429, 'Session creation quota exceeded. Retry after {seconds} seconds.'],
  internal: ['internal_error', 500, 'Internal server error.'],
  shuttingDown: ['internal_error', 503, 'The mock is shutting down.'],
  storeAway: ['internal_error', 503, 'The store is not available. Try again.'],
  notImplemented: ['not_implemented', 501, 'verifa-mock does not mock {method} {path}.']
} as const
export type ErrorName = keyof typeof errors

/** The parts of an error besides its code, status, and detail. */
export interface ErrorExtras {
  /** Headers of the response, with names in lower case. */
  headers?: Readonly<Record<string, string>> | undefined
  /** Why the request was refused, in more detail than in the response, for the log and the journal. */
  reason?: string | undefined
}

/** An error response. Throw it anywhere; the error handler sends it. */
export class ApiError extends Error {
  override readonly name: string = 'ApiError'
  readonly headers: Readonly<Record<string, string>>
  readonly reason: string | undefined

  constructor (
    /** The kind of error, such as `not_found`. */
    readonly code: string,
    /** The HTTP status. */
    readonly statusCode: number,
    /** A sentence, or the list of problems of a request that failed validation. */
    readonly detail: ErrorBody['detail'],
    { headers = {}, reason }: ErrorExtras = {}
  ) {
    super(typeof detail === 'string' ? detail : detail.map(({ loc, msg }) => `${loc.join('.')} ${msg}`).join('; '))
    this.headers = headers
    this.reason = reason
  }
}

/** Creates one of the errors of the list, with its `{words}` filled in. */
export function apiError (name: ErrorName, words: Readonly<Record<string, string>> = {}, extras: ErrorExtras = {}): ApiError {
  const [code, status, text] = errors[name]
  return new ApiError(code, status, text.replace(/\{(\w+)\}/g, (placeholder, word: string) => words[word] ?? placeholder), extras)
}

/** The maximum number of problems in a 422. */
const MAX_PROBLEMS = 100

/** The 422 of a request with one or more problems. It lists the first hundred and says how many more there are (our decision). */
export function validationError (problems: readonly Problem[]): ApiError {
  const more = problems.length - MAX_PROBLEMS
  if (more <= 0) return new ApiError('validation_error', 422, [...problems])
  const place = (problems[0] as Problem).loc.slice(0, 1)
  const rest = { loc: place, msg: `has ${more} more problem${more === 1 ? '' : 's'}`, type: 'more_problems' }
  return new ApiError('validation_error', 422, [...problems.slice(0, MAX_PROBLEMS), rest])
}

/** The documented code for a status, or for the nearest status. */
export function codeOf (status: number): string {
  const known = Object.values(errors).find(([, itsStatus]) => itsStatus === status)
  return known?.[0] ?? (status < 500 ? 'bad_request' : 'internal_error')
}

/** The body of an error, before serialization. */
export function errorBody ({ code, detail, statusCode }: ApiError): ErrorBody {
  return { error: code, detail, status_code: statusCode }
}
