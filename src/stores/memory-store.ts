import type { Bases } from '../domain/fixtures/base.js'
import type { IdempotencyRecord } from '../domain/idempotency/record.js'
import { type ResultFilter, resultTest } from '../domain/sessions/list-results.js'
import { searchOf, searchText, type SessionFilter, sessionTest } from '../domain/sessions/list.js'
import type { CaptureToken } from '../domain/sessions/capture.js'
import type { ResultDocument } from '../domain/sessions/result.js'
import { environmentOf, type Session } from '../domain/sessions/session.js'
import type { Changes, Collection, Documents, Found, OwnedRead, Page, PageRead, Reads, Store } from '../domain/store.js'
import type { DueItem } from '../domain/timeline.js'
import { type DeliveryDocument, type DeliveryFilter, fitsDelivery } from '../domain/webhooks/delivery.js'
import { BoundedCollection, type Bounds, DueCollection, MemoryCollection } from './collections.js'
import { OwnedCollection } from './owned-collection.js'
import { PagedCollection } from './paged-collection.js'

/** The documents that the store begins with and shares with others, and more. */
export interface MemoryStoreOptions extends Partial<Bases> {
  idempotency: Bounds<IdempotencyRecord>
  deliveries: Bounds<DeliveryDocument>
  /** Called after a step that changed due items. */
  onDue: () => void
}

/** What all collections of the store can do. */
interface AnyCollection<T> {
  readonly size: number
  get (id: string): T | undefined
  put (document: T): void
  delete (id: string): void
  list (): T[]
}

/**
 * The store in memory. A step is taken in one turn of the event loop, so no other step comes between its reads and its writes. It costs
 * the same however many documents there are.
 */
export class MemoryStore implements Store {
  readonly #collections: { [C in Collection]: AnyCollection<Documents[C]> }
  readonly #sessions: PagedCollection<Session, SessionFilter>
  readonly #results: PagedCollection<ResultDocument, ResultFilter>
  readonly #tokens: OwnedCollection<CaptureToken>
  readonly #due: DueCollection
  readonly #onDue: () => void
  #revision = 0

  constructor ({ sessions, results, captures, links, tokens, due, idempotency, deliveries, onDue }: MemoryStoreOptions) {
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
    this.#collections = {
      sessions: this.#sessions,
      results: this.#results,
      captures: new MemoryCollection(captures),
      links: new MemoryCollection(links),
      tokens: this.#tokens,
      endpoints: new MemoryCollection(),
      deliveries: new BoundedCollection(deliveries),
      idempotency: new BoundedCollection(idempotency),
      due: this.#due
    }
    this.#onDue = onDue
  }

  async transact<R extends Reads, C extends Changes> (reads: R, decide: (found: Found<R>) => C): Promise<C> {
    const changes = decide(this.#read(reads))
    this.#write(changes)
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

  async revision (): Promise<number> {
    return this.#revision
  }

  #read<R extends Reads> (reads: R): Found<R> {
    const { sessions, results, captures, links, tokens, endpoints, deliveries, idempotency, due } = this.#collections
    const found: { [C in Collection]: readonly (Documents[C] | undefined)[] | Page<Documents[C]> | undefined } = {
      sessions: isPage(reads.sessions) ? this.#sessions.page(reads.sessions.newest) : getAll(sessions, reads.sessions),
      results: isPage(reads.results) ? this.#results.page(reads.results.newest) : getAll(results, reads.results),
      captures: getAll(captures, reads.captures),
      links: getAll(links, reads.links),
      tokens: isOwned(reads.tokens) ? this.#tokens.of(reads.tokens.of) : getAll(tokens, reads.tokens),
      endpoints: reads.endpoints === 'all' ? endpoints.list() : getAll(endpoints, reads.endpoints),
      deliveries: isPage(reads.deliveries) ? newestOf(deliveries, reads.deliveries.newest) : getAll(deliveries, reads.deliveries),
      idempotency: getAll(idempotency, reads.idempotency),
      due: getAll(due, reads.due)
    }
    return found as unknown as Found<R>
  }

  #write ({ deletes = {}, puts = {} }: Changes): void {
    for (const name in deletes) {
      const collection = this.#collections[name as Collection]
      for (const id of deletes[name as Collection] as readonly string[]) {
        collection.delete(id)
        this.#revision++
      }
    }
    for (const name in puts) {
      const collection = this.#collections[name as Collection] as AnyCollection<Documents[Collection]>
      for (const document of puts[name as Collection] as readonly Documents[Collection][]) {
        collection.put(document)
        this.#revision++
      }
    }
    if (deletes.due !== undefined || puts.due !== undefined) this.#onDue()
  }
}

function getAll<T> (collection: AnyCollection<T>, ids: readonly string[] | undefined): (T | undefined)[] | undefined {
  if (ids === undefined) return undefined
  const found: (T | undefined)[] = []
  for (const id of ids) found.push(collection.get(id))
  return found
}

function newestOf (deliveries: AnyCollection<DeliveryDocument>, { where, offset, limit }: PageRead<DeliveryFilter>['newest']): Page<DeliveryDocument> {
  const found = deliveries.list().reverse().filter(delivery => fitsDelivery(delivery, where))
  return { documents: found.slice(offset, offset + limit), total: found.length }
}

function isPage<F> (read: readonly string[] | PageRead<F> | undefined): read is PageRead<F> {
  return read !== undefined && 'newest' in read
}

function isOwned (read: readonly string[] | OwnedRead | undefined): read is OwnedRead {
  return read !== undefined && 'of' in read
}
