import assert from 'node:assert/strict'
import type { Session } from '../src/index.js'
import { Connection, type RawResponse } from './connection.js'

/** Names of metadata that every update of the load sets to the number that is its reference: one that differs was left half done. */
const PARTS = ['a', 'b', 'c', 'd']

/** The number of the update that a session, in whatever casing, got its reference and its metadata from. Throws when they differ. */
export function numberOf ({ external_ref: reference, metadata }: Session): number {
  assert.deepEqual(PARTS.map(part => String(metadata[part])), PARTS.map(() => reference), 'an update is carried out as a whole')
  return Number(reference)
}

/**
 * One update of the load as bytes.
 * @param key its idempotency key
 * @param delay how many milliseconds a fault lets it wait; the mock then says `100 Continue`, by which one sees that it is in flight
 */
export function updateBytes (id: string, number: number, { key, delay }: { key?: string | undefined, delay?: number } = {}): string {
  const body = JSON.stringify({ external_ref: String(number), metadata: Object.fromEntries(PARTS.map(part => [part, number])) })
  return `PATCH /sessions/${id} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: vk_sandbox_a\r\nContent-Type: application/json\r\n` +
    (key === undefined ? '' : `Idempotency-Key: ${key}\r\n`) + (delay === undefined ? '' : `X-Mock-Fault: delay=${delay}\r\nExpect: 100-continue\r\n`) +
    `Content-Length: ${body.length}\r\n\r\n${body}`
}

/** What became of the updates that one client sent. */
export interface Sent {
  /** The numbers of those that were answered. */
  answered: number[]
  /** The numbers of those whose connection was closed instead. */
  cut: number[]
}

/**
 * A client that sends updates of a session, a few at a time, over one connection, until it is closed.
 * @param next the number of the next update; `undefined` is the end
 */
export async function keepUpdating (connection: Connection, id: string, next: () => number | undefined, together: number): Promise<Sent> {
  const sent: Sent = { answered: [], cut: [] }
  for (;;) {
    const numbers: number[] = []
    for (let number; numbers.length < together && (number = next()) !== undefined;) numbers.push(number)
    if (numbers.length === 0 || connection.closed) return { ...sent, cut: [...sent.cut, ...numbers] }
    connection.send(numbers.map(number => updateBytes(id, number, { key: keyOf(number) })).join(''))
    for (const number of numbers) {
      const answer = await connection.response()
      if (answer === undefined) sent.cut.push(number)
      else sent.answered.push(checkResponse(answer, number))
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
