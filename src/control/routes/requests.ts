import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type TSchema, Type } from '@sinclair/typebox'
import { validationError } from '../../contract/errors.js'
import { ref } from '../../contract/schema.js'
import { JournalEntry, toEntry } from '../../domain/journal/entry.js'
import type { Exchange, Journal } from '../../domain/journal/journal.js'
import { queryExchanges, RemovedRequests, RequestQuery } from '../../domain/journal/query.js'
import { RequestSummary, toSummary } from '../../domain/journal/summary.js'
import { Expectation, Unmet, verify } from '../../domain/journal/verification.js'
import { checkNumbers } from '../../domain/verification/verify.js'
import { bodyErrors, controlSchema } from '../control-schema.js'
import { findExchange, requestParams } from './request-params.js'

/** The journal: requests and their responses, listed, read, removed, and verified. */
export const requestsRoutes: FastifyPluginAsyncTypebox = async app => {
  app.get('/requests', {
    schema: controlSchema('listRequests', 'List requests', {
      description: 'The journal: requests to the API and their responses, the oldest first, all or those that match the query.',
      querystring: RequestQuery,
      response: { 200: listOf(JournalEntry) }
    }, 'invalidFields')
  }, async ({ query, workspace: { world: { journal } } }) => list(journal, query, toEntry))

  app.get('/requests/summaries', {
    schema: controlSchema('listRequestSummaries', 'List requests in short', {
      description: 'The same list without headers, bodies, changes and deliveries, for a list that is read again and again.',
      querystring: RequestQuery,
      response: { 200: listOf(RequestSummary) }
    }, 'invalidFields')
  }, async ({ query, workspace: { world: { journal } } }) => list(journal, query, toSummary))

  app.get('/requests/:journal_id', {
    schema: controlSchema('readRequest', 'Read a request', {
      description: 'One request of the journal and its response.',
      params: requestParams,
      response: { 200: ref(JournalEntry) }
    }, 'requestNotFound')
  }, async ({ params, workspace: { world: { journal } } }) => toEntry(await findExchange(journal, params)))

  app.delete('/requests', {
    schema: controlSchema('clearRequests', 'Remove requests', {
      description: 'Removes the requests that match the query. Without a query it empties the journal, and IDs count from 1 again.',
      querystring: RemovedRequests,
      response: { 204: Type.Null({ description: 'Removed' }) }
    }, ...bodyErrors)
  }, async ({ query, workspace: { world: { journal } } }, reply) => {
    if (Object.keys(query).length === 0) await journal.clear()
    else await journal.remove(queryExchanges(await journal.list(), query).exchanges)
    return reply.code(204).send(null)
  })

  app.post('/requests/verify', {
    schema: controlSchema('verifyRequests', 'Verify that requests were made', {
      description: 'Compares the journal with an expectation. Returns 409 with the nearest requests when it is not met.',
      body: ref(Expectation),
      response: { 200: Type.Object({ matched: Type.Integer() }, { description: 'The expectation is met' }), 409: ref(Unmet) }
    })
  }, async ({ body, workspace }, reply) => {
    const problems = checkNumbers(body)
    if (problems.length > 0) throw validationError(problems)
    const result = await verify(workspace.world.journal, body)
    if ('error' in result) return reply.code(409).send(result)
    return result
  })
}

/** The requests that match a query, each in the form that `show` returns. */
async function list<T> (journal: Journal, query: RequestQuery, show: (exchange: Exchange) => T) {
  const [all, { dropped }] = await Promise.all([journal.list(), journal.counts()])
  const { exchanges, total } = queryExchanges(all, query)
  return { data: exchanges.map(show), total, dropped }
}

function listOf<S extends TSchema> (entry: S) {
  return Type.Object({
    data: Type.Array(ref(entry)),
    total: Type.Integer({ description: 'How many match, whatever before and limit are' }),
    dropped: Type.Integer({ description: 'How many were dropped because there were too many, matching or not' })
  }, { description: 'The requests that match, the oldest first' })
}
