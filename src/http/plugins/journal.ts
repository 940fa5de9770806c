import type { HookHandlerDoneFunction } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { Logger } from 'pino'
import type { ApiKeys } from '../../domain/api-keys.js'
import type { Event } from '../../domain/events.js'
import { describeEffect } from '../../domain/faults/rules.js'
import type { Exchange } from '../../domain/journal/journal.js'
import type { Workspaces } from '../../domain/workspaces.js'
import type { World } from '../../domain/world.js'
import type { Operation } from '../operation.js'
import { reportExchange } from '../send-to-self.js'
import { statusOf } from './faults.js'

export interface JournalOptions {
  /** Takes errors of the journal. */
  log: Logger
  apiKeys: ApiKeys
  workspaces: Workspaces
}

const none: readonly string[] = []

/**
 * Adds every request to the API and its response to the journal of the API key's world. It does so before the response is sent, so that a
 * client that has the response finds it in the journal.
 */
export const journalPlugin = fastifyPlugin<JournalOptions>(async (app, { log, apiKeys, workspaces }) => {
  app.addHook('onSend', (request, reply, payload, done) => {
    const { headers, fault, outcome, failure, hint, page } = request
    // a request that was refused before its key was known has no world
    const world = request.world as World | undefined ?? workspaces.existing(apiKeys.find(String(headers['x-api-key']))).world
    const exchange: Exchange = {
      id: 0,
      requestId: request.id,
      at: world.clock.now(),
      durationMs: performance.now() - (request.startedAt as number),
      method: request.method,
      url: request.url,
      sessionId: (request.params as { session_id?: string }).session_id ?? request.capture?.session_id ?? createdIn(outcome?.events),
      operation: (request.operation as Operation | undefined)?.id ?? request.routeOptions.config.operationId,
      requestHeaders: headers,
      idempotencyKey: request.idempotencyKey,
      requestBody: request.sentBody,
      status: statusOf(request, reply),
      version: request.apiVersion,
      allowance: request.allowance,
      quota: request.quota,
      replayed: outcome?.replayed === true,
      ownHeaders: page?.headers ?? failure?.headers,
      reason: failure === undefined ? hint : failure.reason ?? (hint === undefined ? failure.message : `${failure.message}; ${hint}`),
      responseBody: page === undefined ? payload as string | null | undefined ?? '' : '', // a page is not JSON
      fault: fault === undefined ? undefined : describeEffect(fault),
      events: outcome?.events ?? [],
      deliveries: outcome === undefined || outcome.deliveries.length === 0 ? none : outcome.deliveries.map(({ id }) => id),
      bytes: 0
    }
    reportExchange(request.raw, exchange)
    const added = world.journal.add(exchange)
    if (added === undefined) done(null, payload)
    else void sendAfter(added, request.id, log, done).catch(done)
  })
}, { name: 'journal' })

/** Sends a response when its exchange was added. If that failed, it is sent too: the request has been carried out. */
async function sendAfter (added: Promise<void>, reqId: string, log: Logger, done: HookHandlerDoneFunction): Promise<void> {
  try {
    await added
  } catch (error) {
    log.warn({ err: error, reqId }, 'a request could not be added to the journal')
  }
  done()
}

function createdIn (events: readonly Event[] = []): string | undefined {
  return events.find(({ type }) => type === 'session.created')?.session_id
}
