import { getResult as decideRead, Result } from '../../domain/sessions/read-result.js'
import { sessionIn } from '../../domain/sessions/visible.js'
import { operation } from '../operation.js'
import { exampleResult, exampleSession } from './result-example.js'
import { sessionParams } from './session-params.js'

export const getResult = operation({
  id: 'getResult',
  method: 'GET',
  path: '/results/{session_id}',
  scopes: ['verifications:read'],
  summary: 'Get a result',
  description: 'Returns the result of a session, with what was found out in `result`. A session that has no result yet is a 404.',
  params: sessionParams,
  success: {
    status: 200,
    schema: Result,
    description: 'The result',
    examples: { approved: { value: decideRead(exampleSession, exampleResult).response.body } }
  },
  errors: ['sessionNotFound', 'noResult'],
  reads: ({ params: { session_id: id } }) => ({ sessions: [id], results: [id] }),
  decide: ({ params, environment }, { sessions: [session], results: [result] }) =>
    decideRead(sessionIn(environment, params.session_id, session), result)
})
