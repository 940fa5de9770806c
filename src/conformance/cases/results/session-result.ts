import type { Case, SharedSession } from '../../case.js'
import { error } from '../../expectations/errors.js'
import { fields, fieldsInOrder, noOtherFields } from '../../expectations/fields.js'
import { boolean, type FieldKind, integer, object, ofKinds, oneOf, orNull, score, string, time } from '../../expectations/kinds.js'
import { exactBody, status, success } from '../../expectations/response.js'
import { inCamel } from '../inflections.js'
import { refusals } from '../refusals.js'
import { get } from '../requests.js'

export const resultStatus = oneOf('approved', 'rejected', 'needs_review')

const kinds: readonly [name: string, kind: FieldKind][] = [
  ['session_id', string],
  ['status', resultStatus],
  ['is_sandbox', boolean],
  ['created_at', time],
  ['face_match_passed', orNull(boolean)],
  ['face_match_score', orNull(score)],
  ['age_check_passed', orNull(boolean)],
  ['extracted_age', orNull(integer)],
  ['extracted_data', object],
  ['rejection_reason', orNull(string)],
  ['processing_mode', oneOf('workflow')],
  ['country_used', orNull(string)],
  ['sensitive_data_expired', boolean]
]
const names = kinds.map(([name]) => name)
const all = [...names, 'rejection_reason_code', 'check_results']
const jane = { first_name: 'Jane', last_name: 'Doe', date_of_birth: '1997-06-15', document_type: 'drivers_license' }
const statuses = { approved: 'approved', declined: 'rejected', review: 'needs_review' } as const

const values: readonly [session: SharedSession, values: object][] = [
  ['approved', { face_match_passed: true, face_match_score: 0.95, age_check_passed: true, extracted_age: 28, extracted_data: jane, rejection_reason: null, country_used: 'DE' }],
  ['declined', { face_match_passed: false, face_match_score: 0.31, extracted_data: {}, rejection_reason: 'Document could not be read.', rejection_reason_code: 'document_unreadable' }],
  ['review', { face_match_passed: null, face_match_score: null, age_check_passed: null, rejection_reason: null, rejection_reason_code: null }]
]

/** The result of a session. */
export const sessionResult: readonly Case[] = [
  ...(Object.keys(statuses) as (keyof typeof statuses)[]).map((session): Case => ({
    name: `the fields and their values are those of the page: ${statuses[session]}`,
    mark: 'DOC',
    says: 'Response: flat, thirteen fields in this order.',
    sessions: [session],
    steps: [
      get(`/sessions/{${session}}/result`, {
        expect: [status(200), fieldsInOrder(names), ofKinds(kinds), fields({ session_id: `{${session}}`, status: statuses[session], is_sandbox: true })]
      })
    ]
  })),
  {
    name: 'rejection_reason_code and check_results come after the others',
    mark: 'DECIDED',
    says: 'rejection_reason_code and check_results are sent, after the others.',
    sessions: ['declined'],
    steps: [get('/sessions/{declined}/result', { expect: [success, fieldsInOrder(all), noOtherFields(all)] })]
  },
  ...values.map(([session, values]): Case => ({
    name: `the values of a simulated result: ${session}`,
    mark: 'DECIDED',
    says: 'Values of a simulated result: those of the vendor\'s testing page; rejected: the document could not be read; needs_review: nulls where a human would decide.',
    sessions: [session],
    steps: [get(`/sessions/{${session}}/result`, { expect: [success, fields(values as Record<string, unknown>)] })]
  })),
  {
    name: 'a session without a result is a 404',
    mark: 'DOC',
    says: '404 until there is one. Simulate expire: no result.',
    sessions: ['pending', 'expired'],
    steps: ['{pending}', '{expired}'].map(id => get(`/sessions/${id}/result`, { expect: [error(404, 'not_found')] }))
  },
  {
    name: 'the detail for a session without a result',
    mark: 'DECIDED',
    says: 'detail "No result yet."',
    sessions: ['pending'],
    steps: [get('/sessions/{pending}/result', { expect: [exactBody({ error: 'not_found', detail: 'No result yet.', status_code: 404 })] })]
  },
  {
    name: 'Key-Inflection: camel',
    mark: 'DOC',
    says: 'The page documents Key-Inflection.',
    sessions: ['approved'],
    steps: [get('/sessions/{approved}/result', { headers: { 'Key-Inflection': 'camel' }, expect: [success, fieldsInOrder(names.map(inCamel))] })]
  },
  {
    name: 'keys of extracted_data are never renamed',
    mark: 'DECIDED',
    says: 'User data never follows Key-Inflection.',
    sessions: ['approved'],
    steps: [get('/sessions/{approved}/result', { headers: { 'Key-Inflection': 'kebab' }, expect: [success, fields({ 'extracted-data': jane })] })]
  },
  ...refusals(id => get(`/sessions/${id}/result`))
]
