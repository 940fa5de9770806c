import { expiryOfKey } from '../domain/idempotency/record.js'
import type { BoundedCollectionName, Documents } from '../domain/store.js'

/** How much of a bounded collection is kept. */
export interface Bounds {
  /** How many documents are kept at most. */
  readonly max: number
  /** About how many bytes they hold together at most. */
  readonly maxBytes: number
  /** Called after each step of this process that evicts a document before it has expired. */
  readonly onEviction?: () => void
}

/** How much each world keeps. */
export interface WorldBounds {
  readonly idempotency: Bounds
  readonly deliveries: Bounds
  /** How many exchanges a journal keeps at most. */
  readonly maxJournalEntries: number
  /** About how many bytes they hold together at most. */
  readonly maxJournalBytes: number
}

/** When a document expires, in milliseconds since 1970; Infinity for never. The eviction of one that has expired does not count. */
export const expiryOf: { readonly [C in BoundedCollectionName]: (document: Documents[C]) => number } = {
  deliveries: () => Infinity,
  idempotency: expiryOfKey,
  rates: ({ endsAt }) => endsAt
}

/** About how many bytes a document of a bounded collection takes. */
export function bytesOf (document: { readonly bytes?: number } | undefined): number {
  return document?.bytes ?? 0
}
