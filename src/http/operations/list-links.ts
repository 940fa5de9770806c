import { LinkList, listLinks as decideList } from '../../domain/sessions/one-time-link.js'
import { sessionIn } from '../../domain/sessions/visible.js'
import { operation } from '../operation.js'
import { exampleLink } from './link-example.js'
import { sessionParams } from './session-params.js'

export const listLinks = operation({
  id: 'listLinks',
  method: 'GET',
  path: '/sessions/{session_id}/links',
  scopes: ['sessions:read'],
  summary: 'List the one-time links of a session',
  description: 'Returns the one-time links of a session, the newest first: the latest 100. Only an active link has a QR code.',
  params: sessionParams,
  success: { status: 200, schema: LinkList, description: 'The links', examples: { one: { value: { data: [exampleLink] } } } },
  errors: ['sessionNotFound'],
  reads: ({ params: { session_id: id } }) => ({ sessions: [id], links: [id] }),
  decide: ({ params, environment, now }, { sessions: [session], links: [links] }) =>
    decideList(sessionIn(environment, params.session_id, session).id, links, now)
})
