import { getSessionResult as decideRead } from '../../domain/sessions/read-result.js'
import { SessionResult } from '../../domain/sessions/result.js'
import { sessionIn } from '../../domain/sessions/visible.js'
import { operation } from '../operation.js'
import { exampleResult } from './result-example.js'
import { sessionParams } from './session-params.js'

export const getSessionResult = operation({
  id: 'getSessionResult',
  method: 'GET',
  path: '/sessions/{session_id}/result',
  scopes: ['verifications:read'],
  summary: 'Get the result of a session',
  description: 'Returns what came of a session. A session that has no result yet is a 404.',
  params: sessionParams,
  success: {
    status: 200,
    schema: SessionResult,
    description: 'The result',
    examples: { approved: { value: exampleResult.result } }
  },
  errors: ['sessionNotFound', 'noResult'],
  reads: ({ params: { session_id: id } }) => ({ sessions: [id], results: [id] }),
  decide: ({ params, environment }, { sessions: [session], results: [result] }) => {
    sessionIn(environment, params.session_id, session)
    return decideRead(result)
  }
})
