import { newCaptureUrl } from '../../domain/sessions/capture.js'
import { ResumedSession, resumeSession as decideResume } from '../../domain/sessions/resume.js'
import { sessionIn } from '../../domain/sessions/visible.js'
import { operation } from '../operation.js'
import { sessionParams } from './session-params.js'

export const resumeSession = operation({
  id: 'resumeSession',
  method: 'POST',
  path: '/sessions/{session_id}/resume',
  scopes: ['sessions:write'],
  summary: 'Resume a session',
  description: 'Makes a session pending again, with a new capture URL that works for 20 minutes. The old capture URL no longer works. ' +
    'Takes sessions that are pending, capturing, expired or failed, and have not been redacted.',
  params: sessionParams,
  success: {
    status: 200,
    schema: ResumedSession,
    description: 'The new capture URL',
    examples: {
      resumed: {
        value: {
          id: 'ses_expired',
          status: 'pending',
          capture_url: 'http://127.0.0.1:4010/verify/cap_5d0c1f8e2a7b4c6d9e3f',
          expires_at: '2026-01-05T09:23:12.450Z',
          qr_code_data_url: null
        }
      }
    }
  },
  errors: ['sessionNotFound', 'cannotResume'],
  reads: ({ params }) => ({ sessions: [params.session_id] }),
  decide: ({ params, environment, now, newId, origin }, { sessions: [session] }) =>
    decideResume(sessionIn(environment, params.session_id, session), newCaptureUrl(origin(), newId), now)
})
