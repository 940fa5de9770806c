import type { RateWindow } from './rate-limits.js'
import type { SettingName, Settings } from './settings.js'
import type { Move } from './clock-move.js'
import type { DueItem } from './due-item.js'
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
 * The collections of a world, and the types of their documents. A document is immutable; its `id` is its key. A collection is in the
 * order in which its documents were first put.
 */
export interface Documents {
  sessions: Session
  /** By the ID of their session. */
  results: ResultDocument
  /** By the ID of their session. Sessions for which all fields would be empty have none. */
  captures: Capture
  /** By the ID of their session. Sessions without links have none. */
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
  /** The due items whose effect is in progress. */
  running: DueItem
  /** The requested moves of the clock, and the move in progress. */
  moves: Move
  /** The windows in which the requests of API keys are counted. Bounded by count: the store evicts the oldest. */
  rates: RateWindow
  /** By name: see `Store.setting`. */
  settings: Settings[SettingName]
}
export type Collection = keyof Documents

/** The collections that can be read as a page, and their filters. A filter is plain data, so that any store can search by it. */
interface Filters {
  sessions: SessionFilter
  results: ResultFilter
  deliveries: DeliveryFilter
}

/**
 * A read of some of the documents that match a filter, newest first: by `created_at`, then by ID; deliveries in the order in which they
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

/** A page of documents. */
export interface Page<Document> {
  readonly documents: readonly Document[]
  /** How many documents match the filter. */
  readonly total: number
}

/** A read of all documents that belong to a session. */
export interface OwnedRead {
  readonly of: string
}

/** What a step reads, by collection: documents by their IDs, a page, the tokens of a session, or all webhook endpoints. */
export type Reads = {
  readonly [C in Collection]?: readonly string[] | (C extends keyof Filters ? PageRead<Filters[C]> : never) |
    (C extends 'tokens' ? OwnedRead : never) | (C extends 'endpoints' ? 'all' : never)
}

/**
 * What a step has read: documents in the order of the given IDs, `undefined` for those that do not exist; or a page; or all documents of
 * the read, in the order of their collection.
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

/** The collections whose oldest documents a store evicts when they exceed their bounds. */
export type BoundedCollectionName = 'deliveries' | 'idempotency' | 'rates'

/** Numbers that grow when a world changes. */
export interface StoreRevisions {
  /** Grows with each step that changed documents other than settings, moves, and the counts of requests. */
  documents: number
  /** Grows with each step that changed settings. */
  settings: number
}

/**
 * Keeps the documents of a world. It knows collections and orders, but not what the documents mean.
 * Other processes may share it, so most of its methods are asynchronous, and fail with a `StoreAwayError` while it is away.
 */
export interface Store {
  /**
   * Reads documents, decides, and writes, as one atomic step. If `decide` throws, nothing is written. A shared store calls `decide`
   * again, with new documents, if another process has changed them in the meantime. So `decide` must be a pure function.
   * @param decide takes the documents, and the time of the world's clock in milliseconds since 1970. Changes to pages are not detected, so
   *   a step that reads a page must not write.
   */
  transact<R extends Reads, C extends Changes> (reads: R, decide: (found: Found<R>, now: number) => C): Promise<C>

  /** All documents of a collection, in its order. */
  list<C extends Collection> (collection: C): Promise<readonly Documents[C][]>

  /** All documents of all collections at one moment, each collection in its order, and the time of the world's clock at that moment. */
  snapshot (): Promise<Snapshot>

  /** How many documents a collection has. */
  count (collection: Collection): Promise<number>

  /** How many documents of a bounded collection were evicted before they expired. */
  evicted (collection: BoundedCollectionName): Promise<number>

  /** The first due item, by time and then by ID. */
  firstDue (): Promise<DueItem | undefined>

  /** A setting, as last read by a step, or when a request arrived. */
  setting<N extends SettingName> (name: N): Settings[N]

  /**
   * The time of the machine, or of a shared store, which is the same for all of its processes. Moves of the world's clock do not affect
   * it. In milliseconds since 1970, possibly with a fraction.
   */
  machineTime (): number

  revisions (): Promise<StoreRevisions>

  /** Whether other processes may share the store. */
  readonly isShared: boolean

  /**
   * Whether this process carries out due items. One of the processes that share a store does so at a time. It has to call this again within
   * `LEASE`, or another process may take over.
   */
  lead (): Promise<boolean>

  /** Resolves when documents may have changed. A caller that waits for another process then reads them again. */
  changed (): Promise<void>

  /** Calls a listener after each step, of any process, that changed due items, moves, or the clock. */
  onWake (listener: () => void): void

  /** Stops for good: `changed` resolves, and another process may lead. */
  close (): void
}

/** How long a process leads before it has to ask again, in milliseconds. */
export const LEASE = 3_000

/** Everything in a store. */
export interface Snapshot {
  readonly documents: { readonly [C in Collection]: readonly Documents[C][] }
  readonly now: number
}
