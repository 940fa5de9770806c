import { Redaction, redactSession as decideRedaction } from '../../domain/sessions/redact.js'
import { operation } from '../operation.js'
import { sessionParams } from './session-params.js'

export const redactSession = operation({
  id: 'redactSession',
  method: 'DELETE',
  path: '/sessions/{session_id}/data',
  scopes: ['redact:write', 'sessions:write'],
  summary: 'Redact a session',
  description: 'Deletes the personal data of a session for good; what was decided stays. A session that has been redacted before stays as it is.',
  params: sessionParams,
  success: {
    status: 200,
    schema: Redaction,
    description: 'What became of the data',
    examples: {
      deleted: {
        summary: 'Redacted',
        value: { status: 'deleted', session_id: 'ses_completed', documents_removed: 3, message: 'Session data permanently redacted.' }
      },
      already: {
        summary: 'Redacted before',
        value: { status: 'already_redacted', session_id: 'ses_redacted', documents_removed: 0, message: 'Session data was already redacted.' }
      }
    }
  },
  events: ['session.redacted'],
  errors: ['sessionNotFound'],
  reads: ({ params: { session_id: id } }) => ({ sessions: [id], results: [id], links: [id] }),
  decide: ({ params, environment, now }, found) => decideRedaction(environment, params.session_id, found, now)
})
