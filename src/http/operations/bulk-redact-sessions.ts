import { Type } from '@sinclair/typebox'
import { BulkRedaction, BulkRedactionInput, bulkRedactSessions as decideRedaction } from '../../domain/sessions/redact.js'
import { operation } from '../operation.js'

export const bulkRedactSessions = operation({
  id: 'bulkRedactSessions',
  method: 'POST',
  path: '/sessions/bulk-redact',
  scopes: ['redact:write', 'sessions:write'],
  summary: 'Redact several sessions',
  description: 'Deletes the personal data of up to 100 sessions permanently, in one step. A session that does not exist does not stop the others.',
  params: Type.Object({}),
  body: BulkRedactionInput,
  bodyExamples: { two: { summary: 'Two sessions', value: { session_ids: ['ses_completed', 'ses_failed'] } } },
  success: {
    status: 200,
    schema: BulkRedaction,
    description: 'What became of the data of each session',
    examples: {
      several: {
        value: {
          total: 3,
          results: [
            { session_id: 'ses_completed', status: 'deleted', documents_removed: 3 },
            { session_id: 'ses_redacted', status: 'already_redacted', documents_removed: 0 },
            { session_id: 'ses_none', status: 'not_found', documents_removed: 0 }
          ]
        }
      }
    }
  },
  events: ['session.redacted'],
  errors: [],
  reads: ({ body }) => {
    const ids = idsOf(body)
    return { sessions: ids, results: ids, links: ids }
  },
  decide: ({ body, environment, now }, found) => decideRedaction(environment, idsOf(body), found, now)
})

function idsOf ({ session_ids: ids }: BulkRedactionInput): string[] {
  return [...new Set(ids)]
}
