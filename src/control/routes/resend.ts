import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { ref } from '../../contract/schema.js'
import type { ApiKeys } from '../../domain/api-keys.js'
import { JournalEntry, toEntry } from '../../domain/journal/entry.js'
import { requestToResend, Resend } from '../../domain/journal/resend.js'
import { sendToSelf } from '../../http/send-to-self.js'
import { controlSchema } from '../control-schema.js'
import { findExchange, requestParams } from './request-params.js'

/** Sends a request of the journal again. */
export const resendRoute: FastifyPluginAsyncTypebox<{ apiKeys: ApiKeys }> = async (app, { apiKeys }) => {
  app.post('/requests/:journal_id/resend', {
    schema: controlSchema('resendRequest', 'Send a request again', {
      description: 'Sends a request of the journal again, with the API key that it had, and returns what it becomes in the journal. The body says ' +
        'what is different. A request whose body was not read needs one.',
      params: requestParams,
      body: ref(Resend),
      response: { 200: ref(JournalEntry) }
    }, 'requestNotFound', 'cannotResend', 'keyUnknown')
  }, async ({ body, params, workspace: { world: { journal } } }) => {
    const request = requestToResend(await findExchange(journal, params), body, digest => apiKeys.keyOf(digest))
    return toEntry(await sendToSelf(app, request))
  })
}
