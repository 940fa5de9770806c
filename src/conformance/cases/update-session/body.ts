import type { Case } from '../../case.js'
import { error, problemsAndMore, problemsAt } from '../../expectations/errors.js'
import { fields } from '../../expectations/fields.js'
import { success } from '../../expectations/response.js'
import { readSession, updateSession, updateSessionWithText } from './request.js'

const reference = { external_ref: '{own}_ref' }
const invalidAt = (...places: string[][]) => ({ expect: [error(422, 'validation_error'), problemsAt(...places)] })

/** The body of an update: its fields and how they are refused. */
export const updateBody: readonly Case[] = [
  {
    name: 'an external_ref that is not a string is refused',
    mark: 'DECIDED',
    says: 'Wrong types are a 422. Nothing is coerced: a number is not a string.',
    steps: [7, true, {}, []].map(value => updateSession({ external_ref: value }, invalidAt(['body', 'external_ref'])))
  },
  {
    name: 'external_ref: null is refused',
    mark: 'DECIDED',
    says: 'external_ref: null is a 422. A reference cannot be removed.',
    steps: [
      updateSession(reference, { expect: [success] }),
      updateSession({ external_ref: null }, invalidAt(['body', 'external_ref'])),
      readSession({ expect: [fields(reference)] })
    ]
  },
  {
    name: 'metadata that is not an object is refused',
    mark: 'DECIDED',
    says: 'metadata: null and metadata of a wrong type are a 422.',
    steps: [null, [], 'text', 7].map(value => updateSession({ metadata: value }, invalidAt(['body', 'metadata'])))
  },
  {
    name: 'a body that is not an object is refused',
    mark: 'DECIDED',
    says: 'A body that is not an object is a 422.',
    steps: ['[]', 'null', '"text"', '7', 'true'].map(text => updateSessionWithText(text, invalidAt(['body'])))
  },
  {
    name: 'an empty body and a missing body are refused',
    mark: 'DECIDED',
    says: 'An empty or missing body is a 422.',
    steps: [
      updateSessionWithText('', invalidAt(['body'])),
      updateSessionWithText(undefined, { headers: { 'Content-Type': 'application/json' }, ...invalidAt(['body']) }),
      updateSessionWithText(undefined, invalidAt(['body']))
    ]
  },
  {
    name: 'an unknown field is a 422 that names it',
    mark: 'DECIDED',
    says: 'An unknown field in the body is a 422 that names it.',
    steps: [
      readSession({ expect: [success], save: { status: 'status', reference: 'external_ref' } }),
      updateSession({ '{own}': 1 }, invalidAt(['body', '{own}'])),
      updateSession({ ...reference, '{own}': 1 }, invalidAt(['body', '{own}'])),
      readSession({ expect: [fields({ status: '{status}', external_ref: '{reference}' })] })
    ]
  },
  {
    name: 'one response reports all problems of a body',
    mark: 'DECIDED',
    says: 'detail lists all problems of a request as {loc, msg, type}.',
    steps: [
      updateSession(
        { 'external_ref': 7, 'metadata': 'text', '{own}': 1 },
        invalidAt(['body', 'external_ref'], ['body', 'metadata'], ['body', '{own}'])
      )
    ]
  },
  {
    name: 'a 422 lists at most 100 problems and says how many more there are',
    mark: 'DECIDED',
    says: 'detail lists the first 100 problems. One more item says how many more there are.',
    steps: [
      updateSession(
        Object.fromEntries(Array.from({ length: 123 }, (_, index) => [`{own}_${index}`, 1])),
        { expect: [error(422, 'validation_error'), problemsAndMore(100, 23)] }
      )
    ]
  },
  {
    name: 'external_ref can be spelled in camelCase and kebab-case',
    mark: 'DECIDED',
    says: 'externalRef and external-ref mean external_ref.',
    steps: [
      updateSession({ externalRef: '{own}_camel' }, { expect: [success, fields({ external_ref: '{own}_camel' })] }),
      updateSession({ 'external-ref': '{own}_kebab' }, { expect: [success, fields({ external_ref: '{own}_kebab' })] })
    ]
  },
  {
    name: 'two spellings of a field in one body are refused',
    mark: 'DECIDED',
    says: 'Two spellings of a field in one body are a 422.',
    steps: [
      updateSession({ 'external_ref': '{own}', 'external-ref': '{own}' }, invalidAt(['body', 'external_ref'])),
      updateSession({ 'externalRef': '{own}', 'external-ref': '{own}' }, invalidAt(['body', 'external_ref']))
    ]
  }
]
