import type { IncomingMessage } from 'node:http'
import fastifyPlugin from 'fastify-plugin'

/** The limits for reading and discarding the rest of a body, in bytes and in milliseconds. */
const MAX_BYTES = 64 * 1024 * 1024
const MAX_TIME = 5_000

/**
 * Reads and discards the rest of a body before a response that does not need it, such as a 413. Otherwise the connection would close
 * while the client still writes, and the client would get an error instead of the response.
 */
export const unreadBodyPlugin = fastifyPlugin(async app => {
  app.addHook('onSend', (request, reply, payload, done) => {
    // false for a real request that is not complete yet
    if (request.raw.complete as boolean | undefined !== false) {
      done(null, payload)
      return
    }
    discardRest(request.raw, isWhole => {
      if (!isWhole) reply.header('connection', 'close')
      done(null, payload)
    })
  })
}, { name: 'unread-body' })

function discardRest (request: IncomingMessage, done: (isWhole: boolean) => void): void {
  let bytes = 0
  const finish = () => {
    clearTimeout(timer)
    request.off('data', count).off('end', finish).off('close', finish)
    done(request.complete)
  }
  const count = (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > MAX_BYTES) finish()
  }
  const timer = setTimeout(finish, MAX_TIME).unref()
  request.on('data', count).on('end', finish).on('close', finish).resume()
}
