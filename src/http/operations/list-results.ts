import { type Static, Type } from '@sinclair/typebox'
import { DEFAULT_LIMIT, pageQuery } from '../../contract/paging.js'
import { oneOf } from '../../contract/schema.js'
import { timestamp } from '../../contract/time.js'
import { listResults as decideList, type ResultFilter, ResultList } from '../../domain/sessions/list-results.js'
import { resultStatuses } from '../../domain/sessions/result.js'
import type { Environment } from '../../domain/sessions/session.js'
import type { PageRead } from '../../domain/store.js'
import { operation } from '../operation.js'
import { exampleResult } from './result-example.js'

const time = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }))

const listQuery = Type.Object({
  status: Type.Optional(oneOf(resultStatuses, { description: 'Results with this status' })),
  created_after: time('Results of this time or later'),
  created_before: time('Results of this time or earlier'),
  ...pageQuery
})

export const listResults = operation({
  id: 'listResults',
  method: 'GET',
  path: '/results',
  scopes: ['verifications:read'],
  summary: 'List results',
  description: 'Returns a page of the results of the API key\'s environment, without personal data, the newest first. ' +
    'Results of the same time are in the order of their session IDs.',
  params: Type.Object({}),
  query: listQuery,
  success: {
    status: 200,
    schema: ResultList,
    description: 'A page of results',
    examples: { one: { value: decideList({ documents: [exampleResult], total: 1 }, pageOf({}, 'sandbox')).response.body } }
  },
  errors: [],
  reads: ({ query, environment }) => ({ results: { newest: pageOf(query, environment) } }),
  decide: ({ query, environment }, { results }) => decideList(results, pageOf(query, environment))
})

function pageOf (query: Static<typeof listQuery>, environment: Environment): PageRead<ResultFilter>['newest'] {
  const { status, created_after: after, created_before: before, limit = DEFAULT_LIMIT, offset = 0 } = query
  const where = {
    environment,
    status,
    created_after: after === undefined ? undefined : timestamp(after),
    created_before: before === undefined ? undefined : timestamp(before)
  }
  return { where, limit, offset }
}
