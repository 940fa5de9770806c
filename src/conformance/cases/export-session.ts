import type { Case } from '../case.js'
import { fields, fieldsInOrder, noOtherFields } from '../expectations/fields.js'
import { list, object, ofKinds } from '../expectations/kinds.js'
import { at } from '../expectations/parts.js'
import { status, success } from '../expectations/response.js'
import { inCamel } from './inflections.js'
import { refusals } from './refusals.js'
import { get } from './requests.js'
import { fieldKinds, fieldNames } from './update-session/session-fields.js'

const lists = ['documents', 'case_notes', 'fraud_signals', 'webhook_deliveries'] as const
const names = ['session', 'result', 'documents', 'screening', 'review_case', 'case_notes', 'fraud_signals', 'webhook_deliveries']

/** Exporting what is kept about a session. */
export const exportSession: readonly Case[] = [
  {
    name: 'the fields are those of the page',
    mark: 'DOC',
    says: 'Response: session, result, documents, screening, review_case, case_notes, fraud_signals, webhook_deliveries.',
    sessions: ['approved'],
    steps: [get('/sessions/{approved}/export', { expect: [status(200), fieldsInOrder(names), ofKinds([['session', object], ['result', object]])] })]
  },
  {
    name: 'there are no other fields, and what there is none of is an empty list or null',
    mark: 'DECIDED',
    says: 'What the mock does not have is an empty list or null.',
    sessions: ['pending'],
    steps: [
      get('/sessions/{pending}/export', {
        expect: [success, noOtherFields(names), ofKinds(lists.map(name => [name, list])), fields({ result: null, review_case: null })]
      })
    ]
  },
  {
    name: 'session is the whole session, and result its result',
    mark: 'DECIDED',
    says: 'session has the fields of a session, and result those of its result.',
    sessions: ['approved'],
    steps: [
      get('/sessions/{approved}/export', {
        expect: [
          success, at('session', fieldsInOrder(fieldNames)), at('session', ofKinds(fieldKinds)), at('session', fields({ id: '{approved}' })),
          at('result', fields({ session_id: '{approved}', status: 'approved' }))
        ]
      })
    ]
  },
  {
    name: 'Key-Inflection: camel',
    mark: 'DOC',
    says: 'The page documents Key-Inflection.',
    sessions: ['review'],
    steps: [get('/sessions/{review}/export', { headers: { 'Key-Inflection': 'camel' }, expect: [success, fieldsInOrder(names.map(inCamel))] })]
  },
  ...refusals(id => get(`/sessions/${id}/export`))
]
