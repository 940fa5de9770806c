import { SubmittedSession, submitSession as decideSubmit } from '../../domain/sessions/submit.js'
import { sessionIn } from '../../domain/sessions/visible.js'
import { operation } from '../operation.js'
import { sessionParams } from './session-params.js'

export const submitSession = operation({
  id: 'submitSession',
  method: 'POST',
  path: '/sessions/{session_id}/submit',
  scopes: ['sessions:write'],
  summary: 'Submit a session',
  description: 'Submits what was captured. A sandbox session waits for a simulated outcome, and a live session is processed. ' +
    'Takes sessions that are pending or capturing, and have not been redacted.',
  params: sessionParams,
  success: {
    status: 200,
    schema: SubmittedSession,
    description: 'What happens next',
    examples: {
      submitted: {
        value: { id: 'ses_pending', status: 'sandbox_pending', is_sandbox: true, message: 'Session submitted. Simulate an outcome to complete it.' }
      }
    }
  },
  errors: ['sessionNotFound', 'cannotSubmit'],
  reads: ({ params }) => ({ sessions: [params.session_id] }),
  decide: ({ params, environment, now }, { sessions: [session] }) =>
    decideSubmit(sessionIn(environment, params.session_id, session), now)
})
