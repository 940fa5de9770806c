import type { Case } from '../../case.js'
import { error } from '../../expectations/errors.js'
import { fields, fieldsInOrder, noOtherFields } from '../../expectations/fields.js'
import { boolean, type FieldKind, integer, object, ofKinds, orNull, score, string, time } from '../../expectations/kinds.js'
import { at } from '../../expectations/parts.js'
import { status, success } from '../../expectations/response.js'
import { inCamel } from '../inflections.js'
import { refusals } from '../refusals.js'
import { get } from '../requests.js'
import { resultStatus } from './session-result.js'

const kinds: readonly [name: string, kind: FieldKind][] = [
  ['session_id', string],
  ['status', resultStatus],
  ['created_at', time],
  ['external_ref', orNull(string)],
  ['result', object],
  ['rejection_reason', orNull(string)],
  ['rejection_reason_code', orNull(string)],
  ['processing_mode', orNull(string)],
  ['sensitive_data_expired', boolean]
]
const findingKinds: readonly [name: string, kind: FieldKind][] = [
  ['age_check_passed', orNull(boolean)],
  ['extracted_age', orNull(integer)],
  ['face_match_passed', orNull(boolean)],
  ['face_match_score', orNull(score)],
  ['extracted_data', object]
]
const namesOf = (kinds: readonly [name: string, kind: FieldKind][]) => kinds.map(([name]) => name)

/** A result with what was found out in a field of its own. */
export const oneResult: readonly Case[] = [
  {
    name: 'the fields and their values are those of the page',
    mark: 'DOC',
    says: 'Response: nine fields, and five in result.',
    sessions: ['approved', 'declined'],
    steps: ([['approved', 'approved'], ['declined', 'rejected']] as const).map(([session, result]) =>
      get(`/results/{${session}}`, {
        expect: [
          status(200), fieldsInOrder(namesOf(kinds)), ofKinds(kinds), fields({ session_id: `{${session}}`, status: result }),
          at('result', fieldsInOrder(namesOf(findingKinds))), at('result', ofKinds(findingKinds))
        ]
      }))
  },
  {
    name: 'there are no other fields',
    mark: 'DECIDED',
    says: 'The response has only the fields of the page.',
    sessions: ['approved'],
    steps: [get('/results/{approved}', { expect: [success, fields({ session_id: '{approved}' }), noOtherFields(namesOf(kinds)), at('result', noOtherFields(namesOf(findingKinds)))] })]
  },
  {
    name: 'external_ref is that of the session',
    mark: 'DOC',
    says: 'external_ref?',
    sessions: ['approved'],
    steps: [
      get('/sessions/{approved}', { save: { reference: 'external_ref' } }),
      get('/results/{approved}', { expect: [success, fields({ external_ref: '{reference}' })] })
    ]
  },
  {
    name: 'a session without a result is a 404',
    mark: 'DOC',
    says: '404 until there is one.',
    sessions: ['pending'],
    steps: [get('/results/{pending}', { expect: [error(404, 'not_found')] })]
  },
  {
    name: 'Key-Inflection: camel',
    mark: 'DOC',
    says: 'The page documents Key-Inflection.',
    sessions: ['approved'],
    steps: [
      get('/results/{approved}', {
        headers: { 'Key-Inflection': 'camel' },
        expect: [success, fieldsInOrder(namesOf(kinds).map(inCamel)), at('result', fieldsInOrder(namesOf(findingKinds).map(inCamel)))]
      })
    ]
  },
  ...refusals(id => get(`/results/${id}`))
]
