import type { Case } from '../../case.js'
import { error, problemsAt } from '../../expectations/errors.js'
import { field, fields, fieldsInOrder, noOtherFields } from '../../expectations/fields.js'
import { boolean, type FieldKind, ofKinds, orNull, score, string, time } from '../../expectations/kinds.js'
import { at, each, items } from '../../expectations/parts.js'
import { status, success } from '../../expectations/response.js'
import { inCamel } from '../inflections.js'
import { refusals } from '../refusals.js'
import { get } from '../requests.js'
import { resultStatus } from './session-result.js'

const kinds: readonly [name: string, kind: FieldKind][] = [
  ['session_id', string],
  ['status', resultStatus],
  ['created_at', time],
  ['face_match_passed', orNull(boolean)],
  ['face_match_score', orNull(score)],
  ['age_check_passed', orNull(boolean)],
  ['rejection_reason', orNull(string)],
  ['rejection_reason_code', orNull(string)]
]
const names = kinds.map(([name]) => name)
const readTime = get('/sessions/{approved}/result', { expect: [success], save: { decided: 'created_at' } })
const sameTime = 'created_after={decided}&created_before={decided}'
const invalidAt = (name: string) => ({ expect: [error(422, 'validation_error'), problemsAt(['query', name])] })

/** The list of results. */
export const listResults: readonly Case[] = [
  {
    name: 'the response has data and pagination, and the items have the fields of the page',
    mark: 'DOC',
    says: 'GET /results: data, pagination; flat items of eight fields.',
    sessions: ['approved'],
    steps: [
      get('/results', {
        expect: [
          status(200), fieldsInOrder(['data', 'pagination']), each(fieldsInOrder(names)), each(ofKinds(kinds)),
          at('pagination', fieldsInOrder(['total', 'limit', 'offset']))
        ]
      })
    ]
  },
  {
    name: 'the items have no personal data',
    mark: 'DOC',
    says: 'Flat items without personal data.',
    sessions: ['approved'],
    steps: [get('/results', { expect: [success, each(noOtherFields(names))] })]
  },
  {
    name: 'status selects results with this status',
    mark: 'DOC',
    says: 'status: a filter.',
    sessions: ['approved', 'declined'],
    steps: [
      get('/results?status=rejected', { expect: [success, each(fields({ status: 'rejected' }))] }),
      get('/results?status=approved', { expect: [success, each(fields({ status: 'approved' }))] })
    ]
  },
  {
    name: 'created_after and created_before select results by their time',
    mark: 'DOC',
    says: 'created_after, created_before.',
    sessions: ['approved'],
    steps: [
      get('/results?created_after=2020-01-01T00:00:00Z&created_before=9998-01-01T00:00:00Z', { expect: [success, each(ofKinds(kinds))] }),
      get('/results?created_after=9998-01-01T00:00:00Z', { expect: [success, items('session_id')] }),
      get('/results?created_before=2020-01-01T00:00:00Z', { expect: [success, items('session_id')] })
    ]
  },
  {
    name: 'created_after and created_before include the time itself',
    mark: 'DECIDED',
    says: 'created_after and created_before include the given time.',
    sessions: ['approved'],
    steps: [readTime, get(`/results?${sameTime}`, { expect: [success, each(fields({ created_at: '{decided}' }))] })]
  },
  {
    name: 'limit and offset select a page; the default limit is 50',
    mark: 'DOC',
    says: 'limit, offset.',
    sessions: ['approved'],
    steps: [
      readTime,
      get('/results', { expect: [success, at('pagination', fields({ limit: 50, offset: 0 }))] }),
      get('/results?limit=1', {
        expect: [success, field('data', 'one item', data => Array.isArray(data) && data.length === 1), at('pagination', fields({ limit: 1, offset: 0 }))]
      }),
      get(`/results?${sameTime}&offset=100`, { expect: [success, items('session_id'), at('pagination', fields({ offset: 100 }))] })
    ]
  },
  {
    name: 'a wrong value is a 422 that names the parameter',
    mark: 'DECIDED',
    says: 'A wrong value is a 422 that names the parameter.',
    steps: [
      get('/results?status=completed', invalidAt('status')),
      get('/results?created_after=yesterday', invalidAt('created_after')),
      get('/results?limit=0', invalidAt('limit')),
      get('/results?offset=-1', invalidAt('offset'))
    ]
  },
  {
    name: 'Key-Inflection: camel',
    mark: 'DOC',
    says: 'The page documents Key-Inflection.',
    sessions: ['approved'],
    steps: [get('/results', { headers: { 'Key-Inflection': 'camel' }, expect: [success, each(fieldsInOrder(names.map(inCamel)))] })]
  },
  ...refusals(() => get('/results'), false)
]
