import { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { TObject } from '@sinclair/typebox'
import type { FastifyReply } from 'fastify'
import { JSON_TYPE } from '../contract/errors.js'
import { writerOf } from '../contract/serialization.js'

/** How many items of a list are written in one turn of the event loop. */
export const PIECE = 1_000

/**
 * Responds with a body whose lists may be long. Then it is sent in pieces: to write 200,000 sessions as one text would keep all other
 * requests waiting for seconds.
 * @param schema that of the body
 */
export function sendLong<R extends Pick<FastifyReply, 'type' | 'send'>> (reply: R, schema: TObject, body: object): R {
  const isLong = Object.values(body).some(value => Array.isArray(value) && value.length > PIECE)
  if (!isLong) reply.send(body)
  else reply.type(JSON_TYPE).send(Readable.from(piecesOf(schema, body as Record<string, unknown>), { objectMode: false }))
  return reply
}

async function* piecesOf ({ properties }: TObject, body: Record<string, unknown>): AsyncGenerator<string> {
  let separator = '{'
  for (const [name, schema] of Object.entries(properties)) {
    const value = body[name]
    if (value === undefined) continue
    const write = writerOf(schema, 'snake')
    yield `${separator}"${name}":`
    if (Array.isArray(value)) yield* listPieces(value, write)
    else yield write(value)
    separator = ','
  }
  yield '}'
}

async function* listPieces (list: readonly unknown[], write: (part: unknown) => string): AsyncGenerator<string> {
  let separator = '['
  for (let start = 0; start < list.length; start += PIECE) {
    yield separator + write(list.slice(start, start + PIECE)).slice(1, -1)
    separator = ','
    await nextTurn() // a stream takes the next piece in the same turn as long as the socket does
  }
  yield list.length === 0 ? '[]' : ']'
}
