import assert from 'node:assert/strict'
import type { Session } from '../../src/index.js'
import { Connection, type RawResponse } from '../connection.js'

/** Metadata keys that every update of the load sets to the number that is also its reference. If they differ, an update was half done. */
const PARTS = ['a', 'b', 'c', 'd']

/** The number of the update that made a session what it is. Throws when its parts come from different updates. */
export function numberOf ({ external_ref: reference, metadata }: Session): number {
  assert.deepEqual(PARTS.map(part => String(metadata[part])), PARTS.map(() => reference), 'an update is executed as a whole')
  return Number(reference)
}

/**
 * One update of the load as bytes.
 * @param key its idempotency key
 * @param delay how many milliseconds a fault delays it; the mock then sends `100 Continue`, which shows that the request is in flight
 */
export function updateBytes (id: string, number: number, { key, delay }: { key?: string | undefined, delay?: number } = {}): string {
  const body = JSON.stringify({ external_ref: String(number), metadata: Object.fromEntries(PARTS.map(part => [part, number])) })
  return `PATCH /sessions/${id} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: vk_sandbox_a\r\nContent-Type: application/json\r\n` +
    (key === undefined ? '' : `Idempotency-Key: ${key}\r\n`) + (delay === undefined ? '' : `X-Mock-Fault: delay=${delay}\r\nExpect: 100-continue\r\n`) +
    `Content-Length: ${body.length}\r\n\r\n${body}`
}

/** The updates that one client sent. */
export interface Sent {
  /** The numbers of those that got a response. */
  done: number[]
  /** The numbers of those whose connection was closed instead. */
  cut: number[]
}

/**
 * A client that sends updates of a session, a few together, over one connection, until it is closed.
 * @param next the number of the next update; `undefined` ends it
 */
export async function keepUpdating (connection: Connection, id: string, next: () => number | undefined, together: number): Promise<Sent> {
  const sent: Sent = { done: [], cut: [] }
  for (;;) {
    const numbers: number[] = []
    for (let number; numbers.length < together && (number = next()) !== undefined;) numbers.push(number)
    if (numbers.length === 0 || connection.closed) return { ...sent, cut: [...sent.cut, ...numbers] }
    connection.send(numbers.map(number => updateBytes(id, number, { key: keyOf(number) })).join(''))
    for (const number of numbers) {
      const response = await connection.response()
      if (response === undefined) sent.cut.push(number)
      else sent.done.push(checkResponse(response, number))
    }
  }
}

/** Every second update has an idempotency key. */
export function keyOf (number: number): string | undefined {
  return number % 2 === 0 ? `k${number}` : undefined
}

export function checkResponse ({ status, body }: RawResponse, number: number): number {
  assert.equal(status, 200, body)
  assert.equal(numberOf(JSON.parse(body) as Session), number)
  return number
}
