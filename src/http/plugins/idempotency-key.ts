import { TextDecoder } from 'node:util'
import { Type } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { Problem } from '../../contract/errors.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The `Idempotency-Key` that was sent, decoded. */
    idempotencyKey: string | undefined
  }
}

/** The request header of this plugin, for OpenAPI and `request-headers.ts`. */
export const idempotencyKeyHeader = {
  'Idempotency-Key': Type.Optional(Type.String({
    minLength: 1,
    maxLength: 255,
    description: 'Unique key for idempotent requests, kept for 24 hours. The same key with different parameters is a 422.'
  }))
}

/** The response header of a replay, for OpenAPI. */
export const replayedResponseHeader = {
  'Idempotent-Replayed': { type: 'string', enum: ['true'], description: 'Present when this is the response to an earlier request with the same key' }
}

/** Reads the idempotency key of each request, before faults, log, and journal use it. */
export const idempotencyKeyPlugin = fastifyPlugin(async app => {
  app.decorateRequest('idempotencyKey')

  app.addHook('onRequest', (request, _reply, done) => {
    const sent = request.headers['idempotency-key'] as string | undefined
    if (sent !== undefined) request.idempotencyKey = decode(sent)
    done()
  })
}, { name: 'idempotency-key' })

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Node.js reads headers as Latin-1. Bytes that are UTF-8 are read as UTF-8 (our decision). */
function decode (text: string): string {
  if (!/[\x80-\xff]/.test(text)) return text
  try {
    return utf8.decode(Buffer.from(text, 'latin1'))
  } catch {
    return text
  }
}

/** The problem of an idempotency key that was sent more than once. Node.js joins the values with commas. */
export function checkSentOnce ({ raw, headers }: FastifyRequest): Problem[] {
  if (headers['idempotency-key']?.includes(',') !== true) return []
  const times = raw.rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'idempotency-key').length
  return times > 1 ? [{ loc: ['header', 'Idempotency-Key'], msg: 'was sent more than once', type: 'value_error' }] : []
}
