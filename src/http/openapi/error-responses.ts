import { type ApiError, apiError, ErrorBody, errorBody, type ErrorName, errors, validationError } from '../../contract/errors.js'
import { ref } from '../../contract/schema.js'

/** An error of the list, or the one that lists invalid fields. */
export type DocumentedError = ErrorName | 'invalidFields'

// created once, because an error captures its stack, which took a tenth of the time to build an app
const documented = new Map<DocumentedError, ApiError>([
  ...(Object.keys(errors) as ErrorName[]).map(name => [name, apiError(name)] as const),
  ['invalidFields', validationError([
    { loc: ['body', 'external_ref'], msg: 'must be a string', type: 'string_type' },
    { loc: ['body', 'status'], msg: 'is not a field here; the fields are external_ref, metadata', type: 'extra_forbidden' }
  ])]
])

/** The error responses of an operation, by status, each with all of its errors as examples. */
export function errorResponses (...names: DocumentedError[]): Record<number, object> {
  const all = names.map(name => ({ name, error: documented.get(name) as ApiError }))
  const statuses = new Set(all.map(({ error }) => error.statusCode))
  return Object.fromEntries(Array.from(statuses, status => {
    const ofStatus = all.filter(({ error }) => error.statusCode === status)
    const codes = new Set(ofStatus.map(({ error }) => error.code))
    return [status, {
      ...ref(ErrorBody),
      'description': [...codes].join(', '),
      'x-examples': Object.fromEntries(ofStatus.map(({ name, error }) => [name, { value: errorBody(error) }]))
    }]
  }))
}
