import { completeSession } from '../../domain/fixtures/fixture.js'
import { Session } from '../../domain/sessions/session.js'
import { SessionUpdate, updateSession as decideUpdate } from '../../domain/sessions/update.js'
import { sessionIn } from '../../domain/sessions/visible.js'
import { operation } from '../operation.js'
import { sessionParams } from './session-params.js'

export const updateSession = operation({
  id: 'updateSession',
  method: 'PATCH',
  path: '/sessions/{session_id}',
  scopes: ['sessions:write'],
  summary: 'Update a session',
  description: 'Updates metadata on an existing session. Only `external_ref` and `metadata` can be changed. ' +
    'Sessions that have been redacted cannot be updated.',
  params: sessionParams,
  body: SessionUpdate,
  bodyExamples: {
    metadata: { summary: 'Set one metadata key, remove another', value: { metadata: { plan: 'gold', trial: null } } },
    reference: { summary: 'Change the external reference', value: { external_ref: 'order-1042' } }
  },
  success: {
    status: 200,
    schema: Session,
    description: 'The updated session',
    examples: {
      updated: {
        value: completeSession({
          id: 'ses_pending',
          created_at: '2026-01-05T09:00:00.000Z',
          updated_at: '2026-01-05T09:03:12.450Z',
          external_ref: 'order-1042',
          metadata: { plan: 'gold' },
          country: 'DE',
          checks: ['document', 'face_match'],
          workflow_id: 'wf_standard',
          tags: ['onboarding']
        }, 0)
      }
    }
  },
  errors: ['sessionNotFound', 'sessionRedacted'],
  reads: ({ params }) => ({ sessions: [params.session_id] }),
  decide: ({ params, body, environment, now }, { sessions: [session] }) =>
    decideUpdate(sessionIn(environment, params.session_id, session), body, now)
})
