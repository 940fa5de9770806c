import type { DueItem } from './timeline.js'
import type { IdempotencyRecord } from './idempotency/record.js'
import type { Capture, CaptureToken } from './sessions/capture.js'
import type { SessionLinks } from './sessions/links.js'
import type { SessionFilter } from './sessions/list.js'
import type { ResultFilter } from './sessions/list-results.js'
import type { ResultDocument } from './sessions/result.js'
import type { Session } from './sessions/session.js'
import type { DeliveryDocument, DeliveryFilter } from './webhooks/delivery.js'
import type { EndpointDocument } from './webhooks/endpoint.js'

/**
 * The collections of a world and what their documents are. A document is immutable; its `id` is its key. The order of a
 * collection is that in which its documents were first put.
 */
export interface Documents {
  sessions: Session
  /** By the ID of their session. */
  results: ResultDocument
  /** By the ID of their session, of those that have something to say. */
  captures: Capture
  /** By the ID of their session, of those that have had one. */
  links: SessionLinks
  /** The capture tokens that are not the ID of their session. */
  tokens: CaptureToken
  endpoints: EndpointDocument
  /** Bounded by count and bytes: the store evicts the oldest. */
  deliveries: DeliveryDocument
  /** Bounded by count and bytes: the store evicts the oldest. */
  idempotency: IdempotencyRecord
  /** Ordered by time as well: see `Store.firstDue`. */
  due: DueItem
}
export type Collection = keyof Documents

/** The collections that can be read as a page, and their filters. A filter is plain data, so that any store can search by it. */
interface Filters {
  sessions: SessionFilter
  results: ResultFilter
  deliveries: DeliveryFilter
}

/**
 * A read of some of the documents that fit a filter, the newest first: by `created_at`, then by ID; deliveries in the order in which they
 * were put.
 */
export interface PageRead<Filter> {
  readonly newest: {
    readonly where: Filter
    /** How many documents to skip. */
    readonly offset: number
    /** How many documents to read at most. */
    readonly limit: number
  }
}

/** What a read of a page finds. */
export interface Page<Document> {
  readonly documents: readonly Document[]
  /** How many documents fit the filter. */
  readonly total: number
}

/** A read of all documents that belong to a session. */
export interface OwnedRead {
  readonly of: string
}

/** What a step reads, by collection: documents by their IDs, or a page, or the tokens of a session, or all webhook endpoints. */
export type Reads = {
  readonly [C in Collection]?: readonly string[] | (C extends keyof Filters ? PageRead<Filters[C]> : never) |
    (C extends 'tokens' ? OwnedRead : never) | (C extends 'endpoints' ? 'all' : never)
}

/**
 * What a step has read: documents in the order of their IDs, `undefined` where there is none; or a page; or all that were meant, in the
 * order of their collection.
 */
export type Found<R extends Reads = Reads> = {
  readonly [C in keyof R & Collection]: R[C] extends PageRead<unknown>
    ? Page<Documents[C]>
    : R[C] extends OwnedRead | 'all' ? readonly Documents[C][] : readonly (Documents[C] | undefined)[]
}

/** What a step writes. Deletes come before puts, so that a document that is deleted and put moves to the end of its collection. */
export interface Changes {
  readonly puts?: { readonly [C in Collection]?: readonly Documents[C][] }
  readonly deletes?: Readonly<Partial<Record<Collection, readonly string[]>>>
}

/**
 * Where a world keeps its documents. It knows collections and orders, and nothing of what the documents mean.
 * It is asynchronous, so that a store outside of this process can implement it too.
 */
export interface Store {
  /**
   * Reads documents, decides and writes, as one atomic step. When `decide` throws, nothing is written. A store that is shared may call
   * `decide` again when somebody else was faster: it has to be a pure function.
   */
  transact<R extends Reads, C extends Changes> (reads: R, decide: (found: Found<R>) => C): Promise<C>

  /** All documents of a collection, in its order. */
  list<C extends Collection> (collection: C): Promise<readonly Documents[C][]>

  /** How many documents a collection has. */
  count (collection: Collection): Promise<number>

  /** The due item that is first, by time and then by ID. */
  firstDue (): Promise<DueItem | undefined>

  /** A number that grows with each step that wrote something. */
  revision (): Promise<number>
}
