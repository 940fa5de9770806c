import fastifyPlugin from 'fastify-plugin'
import type { ApiKeys } from '../api-keys.js'
import { describeEffect } from '../control/fault-rules.js'
import { flat } from '../serialization.js'
import type { Change } from '../sessions/store.js'
import type { Workspaces } from '../workspaces.js'
import type { Caller } from './api-key.js'
import { answeredStatus } from './faults.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** What the request has changed; set by the handler that changed it. */
    change: Change | undefined
  }
}

export interface JournalOptions {
  apiKeys: ApiKeys
  workspaces: Workspaces
}

/**
 * Writes down every request to the API and its answer, in the workspace of its key. When an answer arrives it stands in
 * the journal already: it is written down before it is sent.
 */
export const journalPlugin = fastifyPlugin<JournalOptions>(async (app, { apiKeys, workspaces }) => {
  app.decorateRequest('change')

  app.addHook('onSend', (request, reply, payload, done) => {
    const { headers, fault } = request
    // a request that was turned away has no caller; its key, if it is one, says where it belongs
    const caller = request.caller as Caller | undefined
    const { clock, journal } = caller?.workspace ?? workspaces.existing(apiKeys.find(String(headers['x-api-key'])))
    journal.add({
      at: clock.now(),
      durationMs: performance.now() - request.arrivedAt,
      method: request.method,
      url: request.url,
      sessionId: (request.params as { session_id?: string }).session_id,
      requestHeaders: headers,
      requestBody: request.sentBody,
      status: answeredStatus(request, reply),
      // not `reply.getHeaders()`: to copy them, and to keep the copy, is dearer than all else here
      version: reply.getHeader('verifa-version') as string | undefined,
      replayed: reply.hasHeader('idempotent-replayed'),
      errorHeaders: request.failure?.headers,
      responseBody: flat(payload as string),
      fault: fault === undefined ? undefined : describeEffect(fault),
      change: request.change
    })
    done(null, payload)
  })
}, { name: 'journal', dependencies: ['arrival'] })
