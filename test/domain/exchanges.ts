import type { Exchange } from '../../src/domain/journal/journal.js'
import { MemoryJournal } from '../../src/stores/memory-journal.js'
import { NOW } from './examples.js'

export const KEY = 'vk_live_90ab12cd34'

/** An exchange with some parts of its own. */
export function exchange (parts: Partial<Exchange> = {}): Exchange {
  return {
    id: 1,
    requestId: 'req-1',
    at: NOW,
    durationMs: 1.23456,
    method: 'PATCH',
    url: '/sessions/ses_a',
    sessionId: 'ses_a',
    operation: 'updateSession',
    requestHeaders: {},
    idempotencyKey: undefined,
    requestBody: undefined,
    status: 200,
    version: '2026-01-01',
    allowance: undefined,
    quota: undefined,
    replayed: false,
    ownHeaders: undefined,
    reason: undefined,
    responseBody: '{}',
    fault: undefined,
    events: [],
    deliveries: [],
    bytes: 0,
    ...parts
  }
}

/** Some exchanges, which have the IDs from 1 on. */
export function exchangesOf (parts: readonly Partial<Exchange>[]): Exchange[] {
  return parts.map((parts, index) => exchange({ id: index + 1, ...parts }))
}

/** A journal with some exchanges, which have the IDs from 1 on. */
export function journalOf (exchanges: readonly Partial<Exchange>[], maxEntries = 1_000): MemoryJournal {
  const journal = new MemoryJournal(maxEntries, 1e9)
  for (const parts of exchanges) journal.add(exchange(parts))
  return journal
}

/** The parts of some exchanges that are all alike. */
export const many = (count: number, parts: Partial<Exchange> = {}) => new Array<Partial<Exchange>>(count).fill(parts)
export const idsOf = (exchanges: readonly Exchange[]) => exchanges.map(({ id }) => id)
