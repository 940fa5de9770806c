import { ApiError, apiError, codeOf } from '../../contract/errors.js'
import type { ErrorEffect } from './rules.js'

/** The error that a fault returns: by default, the documented error for its status. */
export function injectedError ({ status, error = codeOf(status), detail, headers: given = {} }: ErrorEffect): ApiError {
  const headers = Object.fromEntries(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]))
  const reason = 'injected by a fault'
  if (status !== 429) return new ApiError(error, status, detail ?? `Injected fault: ${status}.`, { headers, reason })
  const seconds = headers['retry-after'] ?? '1'
  const limited = detail ?? apiError('rateLimited', { seconds }).detail
  return new ApiError(error, status, limited, { headers: { ...headers, 'retry-after': seconds }, reason })
}
