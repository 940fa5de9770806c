import type { Case } from '../case.js'
import { accepted, error, keysInOrder, members, metadata, noOtherKeys, problemsAt, sameMember } from '../expectations.js'
import { fieldNames } from './session.js'

const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
const kebab = (name: string) => name.replaceAll('_', '-')
const inCasing = (inflection: string) => ({ 'Key-Inflection': inflection })
const errorKeys = ['error', 'detail', 'status_code']
const data = { '{own}_snake_key': { 'inner_key': 1, 'innerKey': 2, 'inner-key': 3 }, '{own}CamelKey': 1, '{own}-kebab-key': 1 }

/** The casing of keys in answers. */
export const casing: readonly Case[] = [
  {
    name: 'keys are snake_case by default',
    mark: 'DOC',
    says: 'Key-Inflection: Response key casing. Defaults to snake.',
    steps: [{ headers: { 'Key-Inflection': null }, body: {}, expect: [accepted, keysInOrder(fieldNames)] }]
  },
  {
    name: 'Key-Inflection: snake',
    mark: 'DOC',
    says: 'Key-Inflection: snake, camel or kebab.',
    steps: [{ headers: inCasing('snake'), body: {}, expect: [accepted, keysInOrder(fieldNames)] }]
  },
  {
    name: 'Key-Inflection: camel',
    mark: 'DOC',
    says: 'Key-Inflection: snake, camel or kebab.',
    steps: [
      { body: {}, expect: [accepted] },
      { headers: inCasing('camel'), body: {}, expect: [accepted, keysInOrder(fieldNames.map(camel)), sameMember('createdAt', 1, 'created_at')] }
    ]
  },
  {
    name: 'Key-Inflection: kebab',
    mark: 'DOC',
    says: 'Key-Inflection: snake, camel or kebab.',
    steps: [
      { body: {}, expect: [accepted] },
      { headers: inCasing('kebab'), body: {}, expect: [accepted, keysInOrder(fieldNames.map(kebab)), sameMember('created-at', 1, 'created_at')] }
    ]
  },
  {
    name: 'it is about answers, and not about requests',
    mark: 'DOC',
    says: 'Key-Inflection: Response key casing.',
    steps: [{ headers: inCasing('camel'), body: { external_ref: '{own}_ref' }, expect: [accepted, members({ externalRef: '{own}_ref' })] }]
  },
  {
    name: 'metadata keys are never renamed',
    mark: 'DECIDED',
    says: 'User data never follows Key-Inflection.',
    steps: ['snake', 'camel', 'kebab'].map(inflection => ({ headers: inCasing(inflection), body: { metadata: data }, expect: [accepted, metadata(data)] }))
  },
  {
    name: 'errors follow the casing asked for',
    mark: 'DECIDED',
    says: 'Error bodies follow Key-Inflection too.',
    steps: ([['snake', errorKeys], ['camel', errorKeys.map(camel)], ['kebab', errorKeys.map(kebab)]] as const).map(([inflection, keys]) => ({
      headers: inCasing(inflection), body: { external_ref: 7 }, expect: [error(422, 'validation_error'), keysInOrder(keys), noOtherKeys(keys)]
    }))
  },
  {
    name: 'any other casing is a 422 that names the header',
    mark: 'DECIDED',
    says: 'Any value of Key-Inflection but snake, camel and kebab is a 422.',
    steps: ['pascal', 'CAMEL', 'camel, kebab', ''].map(value => ({
      headers: inCasing(value), body: {}, expect: [error(422, 'validation_error'), problemsAt(['header', 'Key-Inflection'])]
    }))
  }
]
