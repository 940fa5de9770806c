import TinyQueue from 'tinyqueue'
import type { Base, DueBase } from '../domain/fixtures/base.js'
import { compareDueItems, type DueItem } from '../domain/due-item.js'
import { type Bounds, bytesOf } from './bounds.js'

interface Document {
  readonly id: string
}

/** A collection in memory. It may begin with documents that it shares with others; changes affect only this collection. */
export class MemoryCollection<T extends Document> {
  readonly #base: Base<T> | undefined
  readonly #own = new Map<string, T>()
  /** The IDs of the base's documents that were deleted here. A document that is put again belongs to this collection. */
  readonly #deleted = new Set<string>()
  #size: number

  constructor (base?: Base<T>) {
    this.#base = base
    this.#size = base?.size ?? 0
  }

  get size (): number {
    return this.#size
  }

  get (id: string): T | undefined {
    const own = this.#own.get(id)
    if (own !== undefined || this.#base === undefined || this.#deleted.has(id)) return own
    const shared = this.#base.get(id)
    // kept, because the base may complete a document again each time it is read
    if (shared !== undefined) this.#own.set(id, shared)
    return shared
  }

  put (document: T): void {
    if (!this.#has(document.id)) this.#size++
    this.#own.set(document.id, document)
  }

  /** Returns whether there was such a document. */
  delete (id: string): boolean {
    if (!this.#has(id)) return false
    this.#size--
    this.#own.delete(id)
    if (this.#base?.has(id) === true) this.#deleted.add(id)
    return true
  }

  /** All documents: those of the base first, then the others in the order in which they were put. */
  list (): T[] {
    const shared = [...this.#base?.ids() ?? []].filter(id => !this.#deleted.has(id)).map(id => this.get(id) as T)
    const isShared = (id: string) => this.#base?.has(id) === true && !this.#deleted.has(id)
    return [...shared, ...[...this.#own.values()].filter(({ id }) => !isShared(id))]
  }

  #has (id: string): boolean {
    return this.#own.has(id) || (this.#base?.has(id) === true && !this.#deleted.has(id))
  }
}

/** A collection whose oldest documents are evicted when it exceeds its bounds. */
export class BoundedCollection<T extends Document & { readonly bytes?: number }> {
  /** How many documents were evicted before they expired. */
  evicted = 0
  readonly #bounds: Bounds
  readonly #expiryOf: (document: T) => number
  // a Map, which keeps the order of insertion, not an LRU cache, because reading a document must not move it
  readonly #documents = new Map<string, T>()
  #bytes = 0
  // one iterator for all evictions, because a new one would first pass everything that was deleted before
  #oldest: Iterator<T> | undefined

  /** @param expiryOf when a document expires, in milliseconds since 1970 */
  constructor (bounds: Bounds, expiryOf: (document: T) => number) {
    this.#bounds = bounds
    this.#expiryOf = expiryOf
  }

  get size (): number {
    return this.#documents.size
  }

  get (id: string): T | undefined {
    return this.#documents.get(id)
  }

  put (document: T): void {
    this.#bytes += bytesOf(document) - bytesOf(this.#documents.get(document.id))
    this.#documents.set(document.id, document)
  }

  delete (id: string): boolean {
    this.#bytes -= bytesOf(this.#documents.get(id))
    return this.#documents.delete(id)
  }

  /**
   * Evicts documents until the others are within the bounds.
   * @param now the time of the world's clock, which determines whether documents have expired
   */
  evict (now: number): void {
    const { max, maxBytes, onEviction } = this.#bounds
    const before = this.evicted
    // the newest stays, however large it is
    while (this.#documents.size > max || (this.#bytes > maxBytes && this.#documents.size > 1)) this.#evictOldest(now)
    if (this.evicted > before) onEviction?.()
  }

  list (): T[] {
    return [...this.#documents.values()]
  }

  #evictOldest (now: number): void {
    this.#oldest ??= this.#documents.values()
    const document = this.#oldest.next().value as T
    this.delete(document.id)
    if (this.#expiryOf(document) > now) this.evicted++
  }
}

/** How many stale items the queue may hold, besides as many as there are pending items. */
const SLACK = 1_000

function queueOf (items: DueItem[]): TinyQueue<DueItem> {
  return new TinyQueue(items, compareDueItems)
}

/** The due items, which can also be found by time. */
export class DueCollection extends MemoryCollection<DueItem> {
  #queue = queueOf([])
  readonly #base: Iterator<DueItem, undefined> | undefined
  /** The first item of the base that is still pending. */
  #nextOfBase: DueItem | undefined

  constructor (base?: DueBase) {
    super(base)
    this.#base = base?.inOrder()[Symbol.iterator]() as Iterator<DueItem, undefined> | undefined
    this.#nextOfBase = this.#base?.next().value
  }

  override put (item: DueItem): void {
    super.put(item)
    this.#queue.push(item)
    // deleted and replaced items would stay until they are due, which may never happen
    if (this.#queue.length > 2 * this.size + SLACK) this.#queue = queueOf(this.list())
  }

  /** The first item, by time and then by ID. */
  first (): DueItem | undefined {
    const [own, shared] = [this.#firstOwn(), this.#firstShared()]
    if (own === undefined || shared === undefined) return own ?? shared
    return compareDueItems(own, shared) < 0 ? own : shared
  }

  #firstOwn (): DueItem | undefined {
    let item = this.#queue.peek()
    while (item !== undefined && this.get(item.id) !== item) {
      this.#queue.pop()
      item = this.#queue.peek()
    }
    return item
  }

  #firstShared (): DueItem | undefined {
    // compared by time, because the base may create an item each time it is read
    while (this.#nextOfBase !== undefined && this.get(this.#nextOfBase.id)?.at !== this.#nextOfBase.at) {
      this.#nextOfBase = this.#base?.next().value
    }
    return this.#nextOfBase
  }
}
