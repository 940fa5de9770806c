import { SimulatedSession, simulateSession as decideSimulation, Simulation } from '../../domain/sessions/simulate.js'
import { sessionIn } from '../../domain/sessions/visible.js'
import { operation } from '../operation.js'
import { sessionParams } from './session-params.js'

export const simulateSession = operation({
  id: 'simulateSession',
  method: 'POST',
  path: '/sessions/{session_id}/simulate',
  scopes: ['sessions:write'],
  sandboxOnly: true,
  summary: 'Simulate an outcome',
  description: 'Completes, expires, or asks for a review of an active sandbox session, at once. ' +
    'It works straight from pending, and only with a sandbox key.',
  params: sessionParams,
  body: Simulation,
  bodyExamples: {
    approve: { summary: 'Approve the session', value: { action: 'approve' } },
    review: { summary: 'Ask for a review', value: { action: 'require-review' } }
  },
  success: {
    status: 200,
    schema: SimulatedSession,
    description: 'The outcome',
    examples: { approved: { value: { id: 'ses_pending', action: 'approve', status: 'completed', simulated: true } } }
  },
  events: ['session.approved', 'session.declined', 'session.requires-review', 'session.expired'],
  errors: ['sandboxOnly', 'sessionNotFound', 'cannotSimulate'],
  reads: ({ params }) => ({ sessions: [params.session_id] }),
  decide: ({ params, body, environment, now, newId }, { sessions: [session] }) =>
    decideSimulation(sessionIn(environment, params.session_id, session), body.action, () => newId('case_'), now)
})
