import { expiryOfKey } from '../domain/idempotency/record.js'
import type { BoundedCollectionName, Documents } from '../domain/store.js'

/** The bounds of a collection. */
export interface Bounds {
  /** The maximum number of documents. */
  readonly max: number
  /** The approximate maximum size of all documents, in bytes. */
  readonly maxBytes: number
  /** Called after each step of this process that evicts a document before it expires. */
  readonly onEviction?: () => void
}

/** The bounds of each world. */
export interface WorldBounds {
  readonly idempotency: Bounds
  readonly deliveries: Bounds
  /** The maximum number of exchanges in a journal. */
  readonly maxJournalEntries: number
  /** The approximate maximum size of all exchanges, in bytes. */
  readonly maxJournalBytes: number
}

/** When a document expires, in milliseconds since 1970; Infinity for never. Evictions of expired documents are not counted. */
export const expiryOf: { readonly [C in BoundedCollectionName]: (document: Documents[C]) => number } = {
  deliveries: () => Infinity,
  idempotency: expiryOfKey,
  rates: ({ endsAt }) => endsAt
}

/** About how many bytes a document of a bounded collection takes. */
export function bytesOf (document: { readonly bytes?: number } | undefined): number {
  return document?.bytes ?? 0
}
