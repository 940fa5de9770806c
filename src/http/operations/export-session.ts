import { exportSession as decideExport, MAX_EXPORTED_DELIVERIES, SessionExport } from '../../domain/sessions/export.js'
import { sessionIn } from '../../domain/sessions/visible.js'
import { operation } from '../operation.js'
import { exampleResult, exampleSession } from './result-example.js'
import { sessionParams } from './session-params.js'

export const exportSession = operation({
  id: 'exportSession',
  method: 'GET',
  path: '/sessions/{session_id}/export',
  scopes: ['sessions:read'],
  summary: 'Export a session',
  description: 'Returns everything that is stored about a session. Fields without data are empty lists or null.',
  params: sessionParams,
  success: {
    status: 200,
    schema: SessionExport,
    description: 'What is kept about the session',
    examples: { approved: { value: decideExport(exampleSession, exampleResult, []).response.body } }
  },
  errors: ['sessionNotFound'],
  reads: ({ params: { session_id: id } }) => ({
    sessions: [id], results: [id], deliveries: { newest: { where: { session_id: id }, offset: 0, limit: MAX_EXPORTED_DELIVERIES } }
  }),
  decide: ({ params, environment }, { sessions: [session], results: [result], deliveries }) =>
    decideExport(sessionIn(environment, params.session_id, session), result, deliveries.documents)
})
