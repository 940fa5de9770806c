import type { FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import type { Exchange } from '../domain/journal/journal.js'
import type { RequestToSend } from '../domain/journal/resend.js'

const exchangesOf = Symbol('exchanges')

/** A request of the mock to itself, which receives its entry in the journal. */
type OwnRequest = IncomingMessage & { [exchangesOf]?: Exchange[] }

/** Gives a request of the mock to itself its entry in the journal. */
export function reportExchange (request: IncomingMessage, exchange: Exchange): void {
  (request as OwnRequest)[exchangesOf]?.push(exchange)
}

/**
 * Sends a request of the journal to the mock itself, without a connection, and returns its new entry in the journal. It does not search the
 * journal, which may have been emptied or replaced by then.
 */
export async function sendToSelf (app: FastifyInstance, { method, url, headers, payload }: RequestToSend): Promise<Exchange> {
  const { default: inject } = await import('light-my-request') // loaded when it is first needed, as Fastify does
  const exchanges: Exchange[] = []
  // not app.inject, which normalizes the URL: /x/../_mock/reset is a 404, and would reach the control plane
  const sent = inject((request, response) => {
    Object.assign(request, { url, headers, [exchangesOf]: exchanges })
    app.routing(request, response)
  }, { method, url: '/', ...(payload !== undefined && { payload }) })
  await sent.catch(() => undefined) // rejects if a fault closes the connection
  return exchanges[0] as Exchange // the same method and URL have been in the journal before
}
