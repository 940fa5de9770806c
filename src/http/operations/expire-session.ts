import { ExpiredSession, expireSession as decideExpiry } from '../../domain/sessions/expire.js'
import { sessionIn } from '../../domain/sessions/visible.js'
import { operation } from '../operation.js'
import { sessionParams } from './session-params.js'

export const expireSession = operation({
  id: 'expireSession',
  method: 'POST',
  path: '/sessions/{session_id}/expire',
  scopes: ['sessions:write'],
  summary: 'Expire a session',
  description: 'Expires an active session, and with it its capture URL. Sessions that are completed, expired, failed or redacted cannot be expired.',
  params: sessionParams,
  success: {
    status: 200,
    schema: ExpiredSession,
    description: 'When the session expired',
    examples: { expired: { value: { id: 'ses_pending', status: 'expired', expired_at: '2026-01-05T09:03:12.450Z' } } }
  },
  events: ['session.expired'],
  errors: ['sessionNotFound', 'cannotExpire'],
  reads: ({ params }) => ({ sessions: [params.session_id] }),
  decide: ({ params, environment, now }, { sessions: [session] }) =>
    decideExpiry(sessionIn(environment, params.session_id, session), now)
})
