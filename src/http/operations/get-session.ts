import { completeSession } from '../../domain/fixtures/fixture.js'
import { Session } from '../../domain/sessions/session.js'
import { sessionIn } from '../../domain/sessions/visible.js'
import { operation } from '../operation.js'
import { sessionParams } from './session-params.js'

export const getSession = operation({
  id: 'getSession',
  method: 'GET',
  path: '/sessions/{session_id}',
  scopes: ['sessions:read'],
  summary: 'Get a session',
  description: 'Returns a session of the API key\'s environment. Sessions that have been redacted can still be read.',
  params: sessionParams,
  success: {
    status: 200,
    schema: Session,
    description: 'The session',
    examples: {
      pending: { value: completeSession({ id: 'ses_pending', created_at: '2026-01-05T09:00:00.000Z', external_ref: 'order-1001', country: 'DE' }, 0) }
    }
  },
  errors: ['sessionNotFound'],
  reads: ({ params }) => ({ sessions: [params.session_id] }),
  decide: ({ params, environment }, { sessions: [session] }) =>
    ({ events: [], response: { status: 200, body: sessionIn(environment, params.session_id, session) } })
})
