import type { Case } from '../case.js'
import { error } from '../expectations/errors.js'
import { fields, fieldsInOrder, noOtherFields } from '../expectations/fields.js'
import { ofKinds, string } from '../expectations/kinds.js'
import { sameJsonAs, status, success } from '../expectations/response.js'
import { refusals } from './refusals.js'
import { createSession, get, post, simulate } from './requests.js'

const names = ['id', 'status', 'is_sandbox', 'message']
const submit = (id: string) => post(`/sessions/${id}/submit`)

/** Submitting what was captured. */
export const submitSession: readonly Case[] = [
  {
    name: 'the fields and their values are those of the page',
    mark: 'DOC',
    says: 'Response: id, status, is_sandbox, message. Sandbox: sandbox_pending.',
    steps: [
      createSession(),
      {
        ...submit('{sid}'),
        expect: [
          status(200), fieldsInOrder(names), fields({ id: '{sid}', status: 'sandbox_pending', is_sandbox: true }), ofKinds([['message', string]])
        ]
      }
    ]
  },
  {
    name: 'a submitted session waits for a simulated outcome, and is then completed',
    mark: 'DOC',
    says: 'Sandbox: pending → capturing → sandbox_pending → completed.',
    steps: [
      createSession(),
      { ...submit('{sid}'), expect: [success] },
      get('/sessions/{sid}', { expect: [success, fields({ status: 'sandbox_pending' })] }),
      simulate('approve', { expect: [success, fields({ status: 'completed' })] })
    ]
  },
  {
    name: 'there are no other fields, the session has no capture URL any more, and Idempotency-Key is honored',
    mark: 'DECIDED',
    says: 'capture_url is null unless pending or capturing. Idempotency-Key is honored on every POST.',
    steps: [
      createSession(),
      { ...submit('{sid}'), headers: { 'Idempotency-Key': '{own}' }, expect: [success, noOtherFields(names)] },
      get('/sessions/{sid}', { expect: [success, fields({ capture_url: null, token_expires_at: null })] }),
      { ...submit('{sid}'), headers: { 'Idempotency-Key': '{own}' }, expect: [success, sameJsonAs(2)] }
    ]
  },
  ...(['approved', 'review', 'expired', 'redacted'] as const).map((session): Case => ({
    name: `a session that is not open is refused: ${session}`,
    mark: 'DECIDED',
    says: 'Submit: from pending, capturing; otherwise 422.',
    sessions: [session],
    steps: [{ ...submit(`{${session}}`), expect: [error(422, 'validation_error')] }]
  })),
  ...refusals(submit)
]
