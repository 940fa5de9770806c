import type { Case } from '../../case.js'
import { error } from '../../expectations/errors.js'
import { fields, fieldsInOrder, noOtherFields } from '../../expectations/fields.js'
import { sameJsonAs, status, success } from '../../expectations/response.js'
import { refusals } from '../refusals.js'
import { createSession, get, post, simulate } from '../requests.js'

const names = ['status', 'session_id', 'documents_removed', 'message']
const redact = (id: string) => ({ method: 'DELETE', path: `/sessions/${id}/data` } as const)

/** Redacting a session. */
export const redactSession: readonly Case[] = [
  {
    name: 'the fields and their values are those of the page',
    mark: 'DOC',
    says: '{"status":"deleted","session_id":…,"documents_removed":3,"message":"Session data permanently redacted."}',
    steps: [
      createSession({ external_ref: '{own}' }),
      simulate('approve'),
      {
        ...redact('{sid}'),
        expect: [
          status(200), fieldsInOrder(names), fields({ status: 'deleted', session_id: '{sid}', message: 'Session data permanently redacted.' })
        ]
      }
    ]
  },
  {
    name: 'a second redaction is no error',
    mark: 'DOC',
    says: 'Again: status already_redacted, no error.',
    sessions: ['redacted'],
    steps: [{ ...redact('{redacted}'), expect: [status(200), fields({ status: 'already_redacted', session_id: '{redacted}' })] }]
  },
  {
    name: 'documents are removed once, and only from a session that was captured',
    mark: 'DECIDED',
    says: 'documents_removed 3 for a session that was captured, 0 for one that never was and the second time.',
    steps: [
      createSession(), { ...redact('{sid}'), expect: [success, fields({ documents_removed: 0 }), noOtherFields(names)] },
      createSession(), simulate('approve'), { ...redact('{sid}'), expect: [success, fields({ documents_removed: 3 })] },
      { ...redact('{sid}'), expect: [success, fields({ documents_removed: 0 })] }
    ]
  },
  {
    name: 'the personal data is gone, and what was decided stays',
    mark: 'DECIDED',
    says: 'Gone are external_ref, metadata, consent_ip, extracted_data of the result, and the capture token; what was decided stays.',
    sessions: ['redacted'],
    steps: [
      get('/sessions/{redacted}', {
        expect: [
          success,
          fields({ status: 'completed', retention_status: 'redacted', external_ref: null, metadata: {}, consent_ip: null, capture_url: null })
        ]
      }),
      get('/sessions/{redacted}/result', { expect: [success, fields({ status: 'approved', extracted_data: {} })] })
    ]
  },
  {
    name: 'an open session expires',
    mark: 'DECIDED',
    says: 'An open session expires.',
    steps: [
      createSession(),
      { ...redact('{sid}'), expect: [success] },
      get('/sessions/{sid}', { expect: [success, fields({ status: 'expired', capture_url: null, token_expires_at: null })] })
    ]
  },
  {
    name: 'a redacted session refuses what would change it, and stays redacted',
    mark: 'DOC',
    says: 'Sessions that have been redacted cannot be updated. A redacted session refuses everything that would change it.',
    sessions: ['redacted'],
    steps: [
      get('/sessions/{redacted}', { expect: [success, fields({ retention_status: 'redacted' })] }),
      { method: 'PATCH', path: '/sessions/{redacted}', body: { external_ref: '{own}' }, expect: [status(400, 409, 422)] },
      ...([['resume'], ['expire'], ['simulate', { action: 'approve' }], ['submit'], ['set-tags', { tags: [] }]] as const).map(([action, body]) =>
        post(`/sessions/{redacted}/${action}`, body, { expect: [status(400, 409, 422)] })),
      get('/sessions/{redacted}', { expect: [success, sameJsonAs(1)] })
    ]
  },
  {
    name: 'an update of a redacted session is a 422',
    mark: 'DECIDED',
    says: '422 validation_error.',
    sessions: ['redacted'],
    steps: [{ method: 'PATCH', path: '/sessions/{redacted}', body: { metadata: {} }, expect: [error(422, 'validation_error')] }]
  },
  {
    name: 'Idempotency-Key is honored',
    mark: 'DECIDED',
    says: 'Idempotency-Key is honored on every POST, PATCH and DELETE.',
    steps: [
      createSession(),
      { ...redact('{sid}'), headers: { 'Idempotency-Key': '{own}' }, expect: [success, fields({ status: 'deleted' })] },
      { ...redact('{sid}'), headers: { 'Idempotency-Key': '{own}' }, expect: [success, sameJsonAs(2)] }
    ]
  },
  ...refusals(redact)
]
