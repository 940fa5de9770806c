import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import { validationError } from '../../contract/errors.js'
import { ref } from '../../contract/schema.js'
import { JournalEntry, toEntry } from '../../domain/journal/entry.js'
import type { Exchange, Journal } from '../../domain/journal/journal.js'
import { Expectation, findExchanges, RequestFilter, Unmet, verify } from '../../domain/journal/verification.js'
import { checkNumbers } from '../../domain/verification/verify.js'
import { bodyErrors, controlSchema } from '../control-schema.js'

// In a query everything is text, and nothing is coerced: a number is text that looks like one.
const Filter = Type.Object({
  ...RequestFilter.properties,
  status: Type.Optional(Type.String({
    'pattern': '^[1-5]\\d\\d$', 'description': 'The status of the response', 'x-takes': 'a status such as 404'
  }))
}, { additionalProperties: false })
const Query = Type.Object({
  ...Filter.properties,
  limit: Type.Optional(Type.String({
    'pattern': '^\\d{1,9}$', 'description': 'How many at most: the newest', 'x-takes': 'a whole number'
  }))
}, { additionalProperties: false })

/** The journal: what was requested and how the mock responded, and whether that is what was expected. */
export const requestsRoutes: FastifyPluginAsyncTypebox = async app => {
  app.get('/requests', {
    schema: controlSchema('listRequests', 'List requests', {
      description: 'The journal: requests to the API and their responses, the oldest first, all or those that match the query.',
      querystring: Query,
      response: {
        200: Type.Object({
          data: Type.Array(ref(JournalEntry)),
          total: Type.Integer({ description: 'How many match' }),
          dropped: Type.Integer({ description: 'How many were dropped because there were too many, matching or not' })
        }, { description: 'The requests that match, the oldest first' })
      }
    }, 'invalidFields')
  }, async ({ query: { limit, ...filter }, workspace: { world: { journal } } }) => {
    const found = matching(journal, filter)
    const shown = limit === undefined ? found : found.slice(Math.max(0, found.length - Number(limit)))
    return { data: shown.map(toEntry), total: found.length, dropped: journal.dropped }
  })

  app.delete('/requests', {
    schema: controlSchema('clearRequests', 'Remove requests', {
      description: 'Removes the requests that match the query. Without a query it empties the journal, and IDs count from 1 again.',
      querystring: Filter,
      response: { 204: Type.Null({ description: 'Removed' }) }
    }, ...bodyErrors)
  }, async ({ query, workspace: { world: { journal } } }, reply) => {
    if (Object.keys(query).length === 0) journal.clear()
    else journal.remove(matching(journal, query))
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
    const result = verify(workspace.world.journal, body)
    if ('error' in result) return reply.code(409).send(result)
    return result
  })
}

function matching (journal: Journal, { status, ...filter }: Static<typeof Filter>): Exchange[] {
  return findExchanges(journal.all(), { ...filter, ...(status !== undefined && { status: Number(status) }) })
}
