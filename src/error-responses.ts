import { type ApiError, apiError, ErrorBody, errorBody, errors, validationError } from './errors.js'

/** An error of the list, or the one that lists the fields that are wrong. */
export type ErrorName = keyof typeof errors | 'invalidFields'

// made once: an error notes its stack, which took a tenth of the time in which an app is built
const documented = new Map<ErrorName, ApiError>([
  ...(Object.keys(errors) as (keyof typeof errors)[]).map(name => [name, apiError(name)] as const),
  ['invalidFields', validationError([
    { loc: ['body', 'external_ref'], msg: 'must be a string', type: 'string_type' },
    { loc: ['body', 'status'], msg: 'is not a field here; the fields are external_ref, metadata', type: 'extra_forbidden' }
  ])]
])

/** The error answers of an operation, for the schema of its route: one for each status, with every error as an example. */
export function errorResponses (...names: ErrorName[]): Record<number, object> {
  const answers = names.map(name => ({ name, error: documented.get(name) as ApiError }))
  const statuses = new Set(answers.map(({ error }) => error.statusCode))
  return Object.fromEntries(Array.from(statuses, status => {
    const examples = answers.filter(({ error }) => error.statusCode === status)
    const codes = new Set(examples.map(({ error }) => error.code))
    return [status, {
      ...ErrorBody,
      'description': [...codes].join(', '),
      'x-examples': Object.fromEntries(examples.map(({ name, error }) => [name, { value: errorBody(error) }]))
    }]
  }))
}
