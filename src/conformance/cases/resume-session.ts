import type { Case } from '../case.js'
import { differsFrom, fields, fieldsInOrder, laterThan, noOtherFields } from '../expectations/fields.js'
import { type FieldKind, oneOf, orNull, ofKinds, string, time } from '../expectations/kinds.js'
import { sameJsonAs, status, success } from '../expectations/response.js'
import { qrCode } from './create-session/response.js'
import { inCamel } from './inflections.js'
import { refusals, refusedFor } from './refusals.js'
import { createSession, get, post, simulate } from './requests.js'

const kinds: readonly [name: string, kind: FieldKind][] = [
  ['id', string], ['status', oneOf('pending')], ['capture_url', string], ['expires_at', time], ['qr_code_data_url', orNull(qrCode)]
]
const names = kinds.map(([name]) => name)
const resume = (id: string) => post(`/sessions/${id}/resume`)

/** Opening a session again. */
export const resumeSession: readonly Case[] = [
  {
    name: 'the fields and their values are those of the page',
    mark: 'DOC',
    says: 'Response: id, status, capture_url, expires_at, qr_code_data_url.',
    sessions: ['pending'],
    steps: [{ ...resume('{pending}'), expect: [status(200), fieldsInOrder(names), ofKinds(kinds), fields({ id: '{pending}' })] }]
  },
  {
    name: 'there are no other fields',
    mark: 'DECIDED',
    says: 'The response has only the five fields of the page.',
    sessions: ['pending'],
    steps: [{ ...resume('{pending}'), expect: [success, fieldsInOrder(names), noOtherFields(names)] }]
  },
  {
    name: 'the session gets a new capture URL that lives longer',
    mark: 'DOC',
    says: 'Pending, fresh token for 20 minutes; the old one is dead.',
    sessions: ['pending'],
    steps: [
      get('/sessions/{pending}', { save: { url: 'capture_url', expires: 'token_expires_at' } }),
      {
        ...resume('{pending}'),
        pause: 1100,
        expect: [success, differsFrom('capture_url', '{url}'), laterThan('expires_at', '{expires}')],
        save: { new_url: 'capture_url', new_expires: 'expires_at' }
      },
      get('/sessions/{pending}', { expect: [success, fields({ status: 'pending', capture_url: '{new_url}', token_expires_at: '{new_expires}' })] })
    ]
  },
  {
    name: 'an expired session can be resumed',
    mark: 'DECIDED',
    says: 'Resume: from pending, capturing, expired, failed.',
    steps: [
      createSession(),
      simulate('expire'),
      { ...resume('{sid}'), expect: [success, fields({ status: 'pending' })] },
      get('/sessions/{sid}', { expect: [success, fields({ status: 'pending' }), ofKinds([['capture_url', string], ['token_expires_at', time]])] })
    ]
  },
  {
    name: 'the same request with the same idempotency key gets the original response',
    mark: 'DOC',
    says: 'The page documents Idempotency-Key.',
    sessions: ['pending'],
    steps: [
      { ...resume('{pending}'), headers: { 'Idempotency-Key': '{own}' }, expect: [success, fields({ status: 'pending' })] },
      { ...resume('{pending}'), headers: { 'Idempotency-Key': '{own}' }, expect: [success, sameJsonAs(1)] }
    ]
  },
  {
    name: 'Key-Inflection: camel',
    mark: 'DOC',
    says: 'The page documents Key-Inflection.',
    sessions: ['pending'],
    steps: [{ ...resume('{pending}'), headers: { 'Key-Inflection': 'camel' }, expect: [success, fieldsInOrder(names.map(inCamel))] }]
  },
  refusedFor('approved', 'DOC', 'Resume: not completed, not redacted; otherwise 400.', resume),
  refusedFor('redacted', 'DOC', 'Resume: not completed, not redacted; otherwise 400.', resume),
  refusedFor('review', 'DECIDED', 'Resume: from pending, capturing, expired, failed; otherwise 400.', resume),
  ...refusals(resume)
]
