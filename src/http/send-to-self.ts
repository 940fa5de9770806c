import type { FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import type { Exchange } from '../domain/journal/journal.js'
import type { RequestToSend } from '../domain/journal/resend.js'

const exchangesOf = Symbol('exchanges')

/** A request of the mock to itself, which takes what it becomes in the journal. */
type OwnRequest = IncomingMessage & { [exchangesOf]?: Exchange[] }

/** Tells a request of the mock to itself what it has become in the journal. */
export function reportExchange (request: IncomingMessage, exchange: Exchange): void {
  (request as OwnRequest)[exchangesOf]?.push(exchange)
}

/**
 * Sends a request that once came into the journal to the mock itself, without a connection, and returns what it becomes there. The exchange
 * is not searched for: by then the journal may have been emptied, or may be another.
 */
export async function sendToSelf (app: FastifyInstance, { method, url, headers, payload }: RequestToSend): Promise<Exchange> {
  const { default: inject } = await import('light-my-request') // loaded when it is first needed, as Fastify does
  const exchanges: Exchange[] = []
  // not app.inject, which normalizes the URL: /x/../_mock/reset is a 404, and would reach the control plane
  const sent = inject((request, response) => {
    Object.assign(request, { url, headers, [exchangesOf]: exchanges })
    app.routing(request, response)
  }, { method, url: '/', ...(payload !== undefined && { payload }) })
  await sent.catch(() => undefined) // rejects when a fault cuts the connection
  return exchanges[0] as Exchange // the same method and URL led to the journal before
}
