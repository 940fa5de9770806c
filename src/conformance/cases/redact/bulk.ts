import type { Case } from '../../case.js'
import { error, problemsAt } from '../../expectations/errors.js'
import { fields, fieldsInOrder, noOtherFields } from '../../expectations/fields.js'
import { integer, ofKinds } from '../../expectations/kinds.js'
import { at } from '../../expectations/parts.js'
import { exactBody, sameJsonAs, status, success } from '../../expectations/response.js'
import { refusals } from '../refusals.js'
import { createSession, get, post } from '../requests.js'

const bulkRedact = (...ids: string[]) => post('/sessions/bulk-redact', { session_ids: ids })
const names = ['total', 'results']
const itemNames = ['session_id', 'status', 'documents_removed']
const item = (index: number, id: string, status: string) => at(`results.${index}`, fields({ session_id: id, status }))

/** Redacting several sessions. */
export const bulkRedactSessions: readonly Case[] = [
  {
    name: 'the fields and their values are those of the page, and the sessions are redacted',
    mark: 'DOC',
    says: '{"total":3,"results":[{"session_id","status","documents_removed"}]}',
    sessions: ['redacted'],
    steps: [
      createSession({ external_ref: '{own}' }),
      {
        ...bulkRedact('{sid}', '{redacted}'),
        expect: [
          status(200), fieldsInOrder(names), fields({ total: 2 }), item(0, '{sid}', 'deleted'), item(1, '{redacted}', 'already_redacted'),
          at('results.0', fieldsInOrder(itemNames)), at('results.0', ofKinds([['documents_removed', integer]]))
        ]
      },
      get('/sessions/{sid}', { expect: [success, fields({ retention_status: 'redacted' })] })
    ]
  },
  {
    name: 'there are no other fields',
    mark: 'DECIDED',
    says: 'The response has only the fields of the page.',
    sessions: ['redacted'],
    steps: [{ ...bulkRedact('{redacted}'), expect: [success, noOtherFields(names), at('results.0', fieldsInOrder(itemNames)), at('results.0', noOtherFields(itemNames))] }]
  },
  {
    name: 'an unknown ID is not_found, and a duplicate counts once',
    mark: 'DECIDED',
    says: 'An unknown id has status not_found; duplicates count once.',
    sessions: ['redacted'],
    steps: [{
      ...bulkRedact('{own}', '{redacted}', '{own}', '{redacted}'),
      expect: [exactBody({
        total: 2,
        results: [
          { session_id: '{own}', status: 'not_found', documents_removed: 0 }, { session_id: '{redacted}', status: 'already_redacted', documents_removed: 0 }
        ]
      })]
    }]
  },
  {
    name: 'session_ids has 1 to 100 items',
    mark: 'DOC',
    says: 'session_ids 1–100.',
    steps: [
      { ...bulkRedact(...Array.from({ length: 100 }, (_, index) => `{own}_${index}`)), expect: [success] },
      ...[[], Array.from({ length: 101 }, (_, index) => `{own}_${index}`)].map(ids => ({ ...bulkRedact(...ids), expect: [error(422, 'validation_error')] }))
    ]
  },
  {
    name: 'a missing and a wrong session_ids are named',
    mark: 'DECIDED',
    says: 'Items of detail are {loc, msg, type}.',
    steps: [{}, { session_ids: '{own}' }].map(body =>
      post('/sessions/bulk-redact', body, { expect: [error(422, 'validation_error'), problemsAt(['body', 'session_ids'])] }))
  },
  {
    name: 'the same request with the same idempotency key gets the original response',
    mark: 'DOC',
    says: 'The page documents Idempotency-Key.',
    steps: [
      createSession(),
      { ...bulkRedact('{sid}'), headers: { 'Idempotency-Key': '{own}' }, expect: [success, item(0, '{sid}', 'deleted')] },
      { ...bulkRedact('{sid}'), headers: { 'Idempotency-Key': '{own}' }, expect: [success, sameJsonAs(2)] }
    ]
  },
  ...refusals(() => bulkRedact('{own}'), false)
]
