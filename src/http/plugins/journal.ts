import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { Logger } from 'pino'
import type { ApiKeys } from '../../domain/api-keys.js'
import type { Event } from '../../domain/events.js'
import { describeEffect } from '../../domain/faults/rules.js'
import type { Exchange } from '../../domain/journal/journal.js'
import { StoreAwayError } from '../../domain/store-away.js'
import type { Workspaces } from '../../domain/workspaces.js'
import type { World } from '../../domain/world.js'
import type { Operation } from '../operation.js'
import { reportExchange } from '../send-to-self.js'
import { statusOf } from './faults.js'

export interface JournalOptions {
  /** Logs errors of the journal. */
  log: Logger
  apiKeys: ApiKeys
  workspaces: Workspaces
}

const none: readonly string[] = []

/**
 * Adds every request to the API and its response to the journal of the API key's world. It does so before the response is sent, so that a
 * client that has received the response finds it in the journal.
 */
export const journalPlugin = fastifyPlugin<JournalOptions>(async (app, { log, apiKeys, workspaces }) => {
  app.addHook('onSend', (request, reply, payload, done) => {
    const { world } = request as { world?: World }
    const added = world === undefined ? addRefused(request, reply, payload) : add(world, request, reply, payload)
    if (added === undefined) done(null, payload)
    else void sendAfter(added, request.id, log, done).catch(done)
  })

  /** Adds a request that was refused before its world was known. */
  async function addRefused (request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<void> {
    const workspace = await workspaces.existing(apiKeys.find(String(request.headers['x-api-key'])))
    await add(await workspace.enter(), request, reply, payload)
  }
}, { name: 'journal' })

function add (world: World, request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<void> | undefined {
  const { headers, fault, outcome, failure, hint, page } = request
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
  return world.journal.add(exchange)
}

/** Sends a response after its exchange was added, or could not be added, because the request has been executed in either case. */
async function sendAfter (added: Promise<void>, reqId: string, log: Logger, done: HookHandlerDoneFunction): Promise<void> {
  try {
    await added
  } catch (error) {
    // a store logs by itself that it is away
    if (!(error instanceof StoreAwayError)) log.warn({ err: error, reqId }, 'a request could not be added to the journal')
  }
  done()
}

function createdIn (events: readonly Event[] = []): string | undefined {
  return events.find(({ type }) => type === 'session.created')?.session_id
}
