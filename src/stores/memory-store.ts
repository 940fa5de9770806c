import { timeOf } from '../domain/clock.js'
import type { DueItem } from '../domain/due-item.js'
import type { Bases } from '../domain/fixtures/base.js'
import { MAX_WINDOWS } from '../domain/rate-limits.js'
import { type ResultFilter, resultTest } from '../domain/sessions/list-results.js'
import { searchOf, searchText, type SessionFilter, sessionTest } from '../domain/sessions/list.js'
import type { CaptureToken } from '../domain/sessions/capture.js'
import type { ResultDocument } from '../domain/sessions/result.js'
import { environmentOf, type Session } from '../domain/sessions/session.js'
import { initialSettings, type SettingName, type Settings, settingIn } from '../domain/settings.js'
import type {
  BoundedCollectionName, Changes, Collection, Documents, Found, Page, PageRead, Reads, Snapshot, Store, StoreRevisions
} from '../domain/store.js'
import { type DeliveryDocument, type DeliveryFilter, fitsDelivery } from '../domain/webhooks/delivery.js'
import { expiryOf, type WorldBounds } from './bounds.js'
import { BoundedCollection, DueCollection, MemoryCollection } from './collections.js'
import { isWaking, revisionOf } from './effects.js'
import { OwnedCollection } from './owned-collection.js'
import { PagedCollection } from './paged-collection.js'

/** The documents that the store begins with, and its bounds. */
export interface MemoryStoreOptions extends Pick<WorldBounds, 'idempotency' | 'deliveries'> {
  bases?: Partial<Bases>
  puts?: Changes['puts']
}

/** What all collections of the store can do. */
interface AnyCollection<T> {
  readonly size: number
  get (id: string): T | undefined
  put (document: T): void
  delete (id: string): boolean
  list (): T[]
}

/**
 * The store in memory. A step is taken in one turn of the event loop, so no other step comes between its reads and its writes. The cost
 * of a step does not depend on the number of documents.
 */
export class MemoryStore implements Store {
  readonly #collections: { [C in Collection]: AnyCollection<Documents[C]> }
  readonly #sessions: PagedCollection<Session, SessionFilter>
  readonly #results: PagedCollection<ResultDocument, ResultFilter>
  readonly #tokens: OwnedCollection<CaptureToken>
  readonly #due: DueCollection
  readonly #bounded: { [C in BoundedCollectionName]: BoundedCollection<Documents[C]> }
  readonly #settings = new MemoryCollection<Settings[SettingName]>()
  readonly #wakers: (() => void)[] = []
  /** Resolve the promises that `changed` returned. */
  #waiting: (() => void)[] = []
  #revisions: StoreRevisions = { documents: 0, settings: 0 }
  #closed = false
  readonly isShared = false

  constructor ({ bases = {}, puts, idempotency, deliveries }: MemoryStoreOptions) {
    const { sessions, results, captures, links, tokens, due } = bases
    this.#sessions = new PagedCollection({
      timeOf: session => session.created_at,
      environmentOf,
      testOf: sessionTest,
      search: { partOf: searchOf, textOf: searchText }
    }, sessions)
    this.#results = new PagedCollection({
      timeOf: ({ result }) => result.created_at,
      environmentOf: ({ result }) => environmentOf(result),
      testOf: resultTest
    }, results)
    this.#tokens = new OwnedCollection(tokens)
    this.#due = new DueCollection(due)
    this.#bounded = {
      deliveries: new BoundedCollection(deliveries, expiryOf.deliveries),
      idempotency: new BoundedCollection(idempotency, expiryOf.idempotency),
      rates: new BoundedCollection({ max: MAX_WINDOWS, maxBytes: Infinity }, expiryOf.rates)
    }
    this.#collections = {
      sessions: this.#sessions,
      results: this.#results,
      captures: new MemoryCollection(captures),
      links: new MemoryCollection(links),
      tokens: this.#tokens,
      endpoints: new MemoryCollection(),
      ...this.#bounded,
      due: this.#due,
      running: new MemoryCollection(),
      moves: new MemoryCollection(),
      settings: this.#settings
    }
    if (puts !== undefined) this.#write({ puts }, timeOf(settingIn({ settings: puts.settings ?? [] }, 'clock'), Date.now()))
  }

  async transact<R extends Reads, C extends Changes> (reads: R, decide: (found: Found<R>, now: number) => C): Promise<C> {
    const now = this.#now()
    const changes = decide(this.#read(reads), now)
    this.#write(changes, now)
    return changes
  }

  async list<C extends Collection> (collection: C): Promise<readonly Documents[C][]> {
    return this.#collections[collection].list()
  }

  async count (collection: Collection): Promise<number> {
    return this.#collections[collection].size
  }

  async firstDue (): Promise<DueItem | undefined> {
    return this.#due.first()
  }

  async snapshot (): Promise<Snapshot> {
    const documents = Object.fromEntries(Object.entries(this.#collections).map(([name, collection]) => [name, collection.list()]))
    return { documents: documents as unknown as Snapshot['documents'], now: this.#now() }
  }

  async evicted (collection: BoundedCollectionName): Promise<number> {
    return this.#bounded[collection].evicted
  }

  setting<N extends SettingName> (name: N): Settings[N] {
    return (this.#settings.get(name) ?? initialSettings[name]) as Settings[N]
  }

  machineTime (): number {
    return Date.now()
  }

  async revisions (): Promise<StoreRevisions> {
    return { ...this.#revisions }
  }

  async lead (): Promise<boolean> {
    return !this.#closed
  }

  async changed (): Promise<void> {
    if (this.#closed) return undefined
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  onWake (listener: () => void): void {
    this.#wakers.push(listener)
  }

  close (): void {
    this.#closed = true
    this.#resolveWaiting()
  }

  #now (): number {
    return timeOf(this.setting('clock'), Date.now())
  }

  #read<R extends Reads> (reads: R): Found<R> {
    const found: Record<string, unknown> = {}
    for (const name in reads) found[name] = this.#find(name as Collection, reads[name as keyof R] as NonNullable<Reads[Collection]>)
    return found as unknown as Found<R>
  }

  #find (name: Collection, read: NonNullable<Reads[Collection]>): unknown {
    const collection = this.#collections[name] as AnyCollection<Documents[Collection]>
    if (read === 'all') return collection.list()
    if ('of' in read) return this.#tokens.of(read.of)
    if ('newest' in read) return this.#page(name, read.newest as PageRead<never>['newest'])
    const found: (Documents[Collection] | undefined)[] = []
    for (const id of read) found.push(collection.get(id))
    return found
  }

  #page (name: Collection, read: PageRead<never>['newest']): Page<Documents[Collection]> {
    if (name === 'sessions') return this.#sessions.page(read)
    if (name === 'results') return this.#results.page(read)
    return newestOf(this.#bounded.deliveries, read)
  }

  #write ({ deletes = {}, puts = {} }: Changes, now: number): void {
    const changed: Collection[] = []
    for (const name in deletes) {
      const collection = this.#collections[name as Collection]
      for (const id of deletes[name as Collection] as readonly string[]) if (collection.delete(id)) noteIn(changed, name as Collection)
    }
    for (const name in puts) {
      const collection = this.#collections[name as Collection] as AnyCollection<Documents[Collection]>
      for (const document of puts[name as Collection] as readonly Documents[Collection][]) {
        collection.put(document)
        noteIn(changed, name as Collection)
      }
    }
    // a step that only reads is not a change: a caller that waits for changes reads in between, and would wake itself
    if (changed.length === 0) return
    for (const name of changed) {
      const revision = revisionOf(name)
      if (revision !== undefined) this.#revisions[revision]++
      if (name in this.#bounded) this.#bounded[name as BoundedCollectionName].evict(now)
    }
    this.#resolveWaiting()
    if (!this.#closed && isWaking(changed, puts.settings)) for (const wake of this.#wakers) wake()
  }

  #resolveWaiting (): void {
    if (this.#waiting.length === 0) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}

function noteIn (changed: Collection[], name: Collection): void {
  if (!changed.includes(name)) changed.push(name)
}

function newestOf (deliveries: BoundedCollection<DeliveryDocument>, { where, offset, limit }: PageRead<DeliveryFilter>['newest']): Page<DeliveryDocument> {
  const found = deliveries.list().reverse().filter(delivery => fitsDelivery(delivery, where))
  return { documents: found.slice(offset, offset + limit), total: found.length }
}
