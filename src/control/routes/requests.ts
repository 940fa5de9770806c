import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { validationError } from '../../errors.js'
import { bodyErrors, controlSchema } from '../control-schema.js'
import { JournalEntry, toEntry } from '../journal-entry.js'
import { checkExpectation, Expectation, find, RequestFilter, Unmet, verify } from '../verification.js'

// In a query all is text, and nothing is coerced: a number is text that looks like one.
const Query = Type.Object({
  ...RequestFilter.properties,
  status: Type.Optional(Type.String({ pattern: '^[1-5]\\d\\d$', description: 'The status answered' })),
  limit: Type.Optional(Type.String({ pattern: '^\\d{1,9}$', description: 'So many at most, the newest ones' }))
}, { additionalProperties: false })

/** The journal: what was asked and answered, and whether that is what was expected. */
export const requestsRoutes: FastifyPluginAsyncTypebox = async app => {
  app.get('/requests', {
    schema: controlSchema('listRequests', 'List the requests', {
      description: 'The journal: requests to the API and their answers, the oldest first, all or those that have what the query names.',
      querystring: Query,
      response: {
        200: Type.Object({
          data: Type.Array(JournalEntry),
          total: Type.Integer({ description: 'How many there are that match' }),
          dropped: Type.Integer({ description: 'How many were dropped because there were too many, matching or not' })
        }, { description: 'The requests that match, the oldest first' })
      }
    }, 'invalidFields')
  }, async ({ query: { status, limit, ...filter }, workspace: { journal } }) => {
    const found = find(journal.all(), { ...filter, ...(status !== undefined && { status: Number(status) }) })
    const shown = limit === undefined ? found : found.slice(Math.max(0, found.length - Number(limit)))
    return { data: shown.map(toEntry), total: found.length, dropped: journal.dropped }
  })

  app.delete('/requests', {
    schema: controlSchema('clearRequests', 'Empty the journal', {
      description: 'Forgets all requests so far. Ids count from 1 again.',
      response: { 204: Type.Null({ description: 'Emptied' }) }
    }, ...bodyErrors)
  }, async ({ workspace }, reply) => {
    workspace.journal.clear()
    return reply.code(204).send(null)
  })

  app.post('/requests/verify', {
    schema: controlSchema('verifyRequests', 'Verify that requests were made', {
      description: 'Compares the journal with an expectation. 409 when it is not met, with what comes nearest.',
      body: Expectation,
      response: { 200: Type.Object({ matched: Type.Integer() }, { description: 'It is as expected' }), 409: Unmet }
    })
  }, async ({ body, workspace }, reply) => {
    const problems = checkExpectation(body)
    if (problems.length > 0) throw validationError(problems)
    const result = verify(workspace.journal, body)
    reply.code('error' in result ? 409 : 200)
    return result
  })
}
