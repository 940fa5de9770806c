import type { Case } from '../case.js'
import { fields, fieldsInOrder, noOtherFields } from '../expectations/fields.js'
import { ofKinds } from '../expectations/kinds.js'
import { sameJsonAs, status, success } from '../expectations/response.js'
import { inCamel } from './inflections.js'
import { refusals } from './refusals.js'
import { get } from './requests.js'
import { updateSession } from './update-session/request.js'
import { fieldKinds, fieldNames } from './update-session/session-fields.js'

/** Reading a session. */
export const getSession: readonly Case[] = [
  {
    name: 'the response is the whole session',
    mark: 'DOC',
    says: 'Response: the session, with twenty fields.',
    steps: [get('/sessions/{session_id}', { expect: [status(200), fieldsInOrder(fieldNames), ofKinds(fieldKinds)] })]
  },
  {
    name: 'there are no other fields',
    mark: 'DECIDED',
    says: 'The response has only the twenty fields of the page.',
    steps: [get('/sessions/{session_id}', { expect: [success, fieldsInOrder(fieldNames), noOtherFields(fieldNames)] })]
  },
  {
    name: 'the session is the one that an update responded with',
    mark: 'DOC',
    says: 'The answer to an update is the whole session.',
    steps: [
      updateSession({ external_ref: '{own}', metadata: { '{own}_a': { b: null } } }, { expect: [success] }),
      get('/sessions/{session_id}', { expect: [success, sameJsonAs(1), fields({ external_ref: '{own}' })] })
    ]
  },
  {
    name: 'Key-Inflection: camel',
    mark: 'DOC',
    says: 'The page documents Key-Inflection.',
    steps: [get('/sessions/{session_id}', { headers: { 'Key-Inflection': 'camel' }, expect: [success, fieldsInOrder(fieldNames.map(inCamel))] })]
  },
  ...refusals(id => get(`/sessions/${id}`))
]
