import { type Static, Type } from '@sinclair/typebox'
import { DEFAULT_LIMIT, pageQuery } from '../../contract/paging.js'
import { oneOf } from '../../contract/schema.js'
import { listSessions as decideList, type SessionFilter, SessionList } from '../../domain/sessions/list.js'
import { type Environment, statuses } from '../../domain/sessions/session.js'
import type { PageRead } from '../../domain/store.js'
import { operation } from '../operation.js'

const query = Type.Object({
  status: Type.Optional(oneOf(statuses, { description: 'Sessions with this status' })),
  q: Type.Optional(Type.String({ description: 'Sessions with this in their ID or external reference, in upper or lower case' })),
  external_ref: Type.Optional(Type.String({ description: 'Sessions with exactly this external reference' })),
  ...pageQuery
})

export const listSessions = operation({
  id: 'listSessions',
  method: 'GET',
  path: '/sessions',
  scopes: ['sessions:read'],
  summary: 'List sessions',
  description: 'Returns a page of the sessions of the API key\'s environment, the newest first. Sessions that were created at the same time are in the order of their IDs.',
  params: Type.Object({}),
  query,
  success: {
    status: 200,
    schema: SessionList,
    description: 'A page of sessions',
    examples: { empty: { value: { data: [], pagination: { total: 0, limit: DEFAULT_LIMIT, offset: 0 } } } }
  },
  errors: [],
  reads: ({ query, environment }) => ({ sessions: { newest: pageOf(query, environment) } }),
  decide: ({ query, environment }, { sessions }) => decideList(sessions, pageOf(query, environment))
})

function pageOf ({ status, q, external_ref: externalRef, limit = DEFAULT_LIMIT, offset = 0 }: Static<typeof query>, environment: Environment): PageRead<SessionFilter>['newest'] {
  return { where: { environment, status, q, external_ref: externalRef }, limit, offset }
}
