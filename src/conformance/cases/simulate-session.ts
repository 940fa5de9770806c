import type { Case, Expectation } from '../case.js'
import { error, problemsAt } from '../expectations/errors.js'
import { fields, fieldsInOrder, noOtherFields } from '../expectations/fields.js'
import { ofKinds, string } from '../expectations/kinds.js'
import { sameJsonAs, status, success } from '../expectations/response.js'
import { refusals, refusedFor } from './refusals.js'
import { createSession, get, post, simulate } from './requests.js'

const names = ['id', 'action', 'status', 'simulated']
const hasResult = (result: string): Expectation[] => [success, fields({ session_id: '{sid}', status: result })]
const hasNone = [error(404, 'not_found')]
const approve = (id: string) => post(`/sessions/${id}/simulate`, { action: 'approve' })

/** What becomes of a session with each action, straight from pending. */
const outcomes: readonly (readonly [action: string, status: string, session: Expectation[], result: Expectation[]])[] = [
  ['approve', 'completed', [], hasResult('approved')],
  ['decline', 'completed', [], hasResult('rejected')],
  ['require-review', 'under_review', [ofKinds([['case_id', string]]), fields({ case_status: 'open' })], hasResult('needs_review')],
  ['expire', 'expired', [], hasNone]
]

/** Simulating the outcome of a session. */
export const simulateSession: readonly Case[] = [
  ...outcomes.map(([action, status_, session, result]): Case => ({
    name: `${action} makes a pending session ${status_}`,
    mark: 'DOC',
    says: 'Simulate works straight from pending. Response: id, action, status, simulated.',
    steps: [
      createSession(),
      simulate(action, {
        expect: [status(200), fieldsInOrder(names), fields({ id: '{sid}', action, status: status_, simulated: true })]
      }),
      get('/sessions/{sid}', { expect: [success, fields({ id: '{sid}', status: status_ }), ...session] }),
      get('/sessions/{sid}/result', { expect: result })
    ]
  })),
  {
    name: 'there are no other fields, and the session has no capture URL any more',
    mark: 'DECIDED',
    says: 'capture_url and token_expires_at are null unless the session is pending or capturing.',
    steps: [
      createSession(),
      simulate('approve', { expect: [success, noOtherFields(names)] }),
      get('/sessions/{sid}', { expect: [success, fields({ capture_url: null, token_expires_at: null })] })
    ]
  },
  ...([['approve', 'approved'], ['decline', 'rejected']] as const).map(([action, caseStatus]): Case => ({
    name: `${action} of a session under review closes its case`,
    mark: 'DECIDED',
    says: 'Approve or decline of a session under review closes its case: case_status approved or rejected.',
    steps: [
      createSession(),
      simulate('require-review'),
      get('/sessions/{sid}', { save: { case: 'case_id' } }),
      simulate(action, { expect: [success, fields({ status: 'completed' })] }),
      get('/sessions/{sid}', { expect: [success, fields({ status: 'completed', case_id: '{case}', case_status: caseStatus })] }),
      get('/sessions/{sid}/result', { expect: hasResult(caseStatus) })
    ]
  })),
  {
    name: 'an unknown action is a 422',
    mark: 'DOC',
    says: 'An unknown action is a 422.',
    sessions: ['pending'],
    steps: ['reject', 'Approve', ''].map(action => post('/sessions/{pending}/simulate', { action }, { expect: [error(422, 'validation_error')] }))
  },
  {
    name: 'an unknown and a missing action, and any other field, are named',
    mark: 'DECIDED',
    says: 'Items of detail are {loc, msg, type}.',
    sessions: ['pending'],
    steps: [
      ...[{ action: 'reject' }, { action: null }, {}].map(body =>
        post('/sessions/{pending}/simulate', body, { expect: [error(422, 'validation_error'), problemsAt(['body', 'action'])] })),
      post('/sessions/{pending}/simulate', { 'action': 'approve', '{own}': 1 }, {
        expect: [error(422, 'validation_error'), problemsAt(['body', '{own}'])]
      })
    ]
  },
  {
    name: 'Idempotency-Key is honored',
    mark: 'DECIDED',
    says: 'Idempotency-Key is honored on every POST, PATCH and DELETE.',
    steps: [
      createSession(),
      simulate('approve', { headers: { 'Idempotency-Key': '{own}' }, expect: [success, fields({ status: 'completed' })] }),
      simulate('approve', { headers: { 'Idempotency-Key': '{own}' }, expect: [success, sameJsonAs(2)] })
    ]
  },
  refusedFor('approved', 'DECIDED', 'Simulate: from every active status; otherwise 400.', approve),
  refusedFor('expired', 'DECIDED', 'Simulate: from every active status; otherwise 400.', approve),
  refusedFor('redacted', 'DECIDED', 'A redacted session refuses everything that would change it: 400.', approve),
  ...refusals(approve)
]
