import { createServer } from 'node:http'
import { verifyWebhook } from 'verifa-mock' // in production, your own check: it is an HMAC

/**
 * A receiver of webhooks. It refuses requests that are not signed with the secret, and handles each event once, however often it arrives.
 * @param secretOf returns the secret of the endpoint
 * @param handle takes each event
 */
export function createReceiver (secretOf, handle) {
  const handled = new Set()
  return createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    let event
    try {
      event = verifyWebhook(Buffer.concat(chunks), request.headers['x-verifa-signature'], secretOf())
    } catch {
      response.writeHead(400).end()
      return
    }
    try {
      if (!handled.has(event.idempotency_key)) await handle(event)
      handled.add(event.idempotency_key)
      response.writeHead(204).end()
    } catch {
      response.writeHead(500).end() // so the mock sends it again
    }
  })
}
