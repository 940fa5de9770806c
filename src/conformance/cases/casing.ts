import type { Case } from '../case.js'
import { error, problemsAt } from '../expectations/errors.js'
import { fields, fieldsInOrder, metadata, noOtherFields } from '../expectations/fields.js'
import { success } from '../expectations/response.js'
import { inCamel, inKebab, inSnake } from './inflections.js'
import { readSession, updateSession } from './update-session/request.js'
import { fieldNames } from './update-session/session-fields.js'

const inflections = [['snake', inSnake], ['camel', inCamel], ['kebab', inKebab]] as const
const inflection = (value: string | null) => ({ 'Key-Inflection': value })
const errorFields = ['error', 'detail', 'status_code']
const userData = { '{own}_snake_key': { 'inner_key': 1, 'innerKey': 2, 'inner-key': 3 }, '{own}CamelKey': 1, '{own}-kebab-key': 1 }

/** The casing of field names in responses. */
export const casing: readonly Case[] = [
  {
    name: 'field names are snake_case by default',
    mark: 'DOC',
    says: 'Key-Inflection: Response key casing. Defaults to snake.',
    steps: [readSession({ headers: inflection(null), expect: [success, fieldsInOrder(fieldNames)] })]
  },
  ...inflections.map(([value, inCasing]): Case => ({
    name: `Key-Inflection: ${value}`,
    mark: 'DOC',
    says: 'Key-Inflection: snake, camel or kebab.',
    steps: [
      readSession({ expect: [success], save: { created: 'created_at' } }),
      readSession({
        headers: inflection(value),
        expect: [success, fieldsInOrder(fieldNames.map(inCasing)), fields({ [inCasing('created_at')]: '{created}' })]
      })
    ]
  })),
  {
    name: 'the header does not change how a request is read',
    mark: 'DOC',
    says: 'Key-Inflection: Response key casing.',
    steps: [
      updateSession({ external_ref: '{own}_ref' }, { headers: inflection('camel'), expect: [success, fields({ externalRef: '{own}_ref' })] })
    ]
  },
  {
    name: 'metadata keys are never renamed',
    mark: 'DECIDED',
    says: 'User data never follows Key-Inflection.',
    steps: inflections.map(([value]) =>
      updateSession({ metadata: userData }, { headers: inflection(value), expect: [success, metadata(userData)] }))
  },
  {
    name: 'errors follow the header',
    mark: 'DECIDED',
    says: 'Error bodies follow Key-Inflection too.',
    steps: inflections.map(([value, inCasing]) => {
      const names = errorFields.map(inCasing)
      return updateSession({ external_ref: 7 }, {
        headers: inflection(value), expect: [error(422, 'validation_error'), fieldsInOrder(names), noOtherFields(names)]
      })
    })
  },
  {
    name: 'another value is a 422 that names the header',
    mark: 'DECIDED',
    says: 'A Key-Inflection other than snake, camel and kebab is a 422.',
    steps: ['pascal', 'CAMEL', 'camel, kebab', ''].map(value =>
      readSession({ headers: inflection(value), expect: [error(422, 'validation_error'), problemsAt(['header', 'Key-Inflection'])] }))
  }
]
