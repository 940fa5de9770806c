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
  /** The due items whose effect has begun, and has not ended. */
  running: DueItem
  /** The moves of the clock that are asked for or under way. */
  moves: Move
  /** The minutes in which the requests of API keys are counted. Bounded by count: the store evicts the oldest. */
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

/** The collections whose oldest documents a store evicts when they are too many, or too large. */
export type BoundedCollectionName = 'deliveries' | 'idempotency' | 'rates'

/** Two numbers that grow when a world changes. */
export interface StoreRevisions {
  /** Grows with each step that changed documents other than settings, moves, and the counts of requests. */
  documents: number
  /** Grows with each step that changed settings. */
  settings: number
}

/**
 * Where a world keeps its documents. It knows collections and orders, and nothing of what the documents mean.
 * It may be shared with other processes, so nearly everything in it is asynchronous, and fails with a `StoreAwayError` while it is away.
 */
export interface Store {
  /**
   * Reads documents, decides and writes, as one atomic step. When `decide` throws, nothing is written. A shared store may call `decide`
   * again, with other documents, when another process was faster: it has to be a pure function.
   * @param decide takes what was read, and the time of the world's clock in milliseconds since 1970. Pages are not guarded: a step that
   *   reads a page writes nothing.
   */
  transact<R extends Reads, C extends Changes> (reads: R, decide: (found: Found<R>, now: number) => C): Promise<C>

  /** All documents of a collection, in its order. */
  list<C extends Collection> (collection: C): Promise<readonly Documents[C][]>

  /** All documents of all collections, as they are at one moment, each collection in its order; and the time of the world's clock then. */
  snapshot (): Promise<Snapshot>

  /** How many documents a collection has. */
  count (collection: Collection): Promise<number>

  /** How many documents of a bounded collection were evicted before they had expired. */
  evicted (collection: BoundedCollectionName): Promise<number>

  /** The due item that is first, by time and then by ID. */
  firstDue (): Promise<DueItem | undefined>

  /** A setting as it was when it was last read: by a step, or when a request arrived. */
  setting<N extends SettingName> (name: N): Settings[N]

  /**
   * The time of the machine, or of a shared store: it is the same for all its processes, wherever the world's clock stands. In milliseconds
   * since 1970, maybe with a fraction.
   */
  machineTime (): number

  revisions (): Promise<StoreRevisions>

  /** Whether other processes may share it. */
  readonly isShared: boolean

  /**
   * Whether this process carries out what is due. Of the processes that share a store, one does so at a time; it has to ask again within
   * `LEASE`, or another may take over.
   */
  lead (): Promise<boolean>

  /** Resolves when documents may have changed. A caller that waits for another process then looks again. */
  changed (): Promise<void>

  /** Calls a listener after each step, of whichever process, that changed due items, moves, or the clock. */
  onWake (listener: () => void): void

  /** Stops for good: `changed` resolves, and another process may lead. */
  close (): void
}

/** How long a process leads without asking again, in milliseconds. */
export const LEASE = 3_000

/** Everything that a store has. */
export interface Snapshot {
  readonly documents: { readonly [C in Collection]: readonly Documents[C][] }
  readonly now: number
}
