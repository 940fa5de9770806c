import TinyQueue from 'tinyqueue'
import type { Base, DueBase } from '../domain/fixtures/base.js'
import { compareDueItems, type DueItem } from '../domain/due-item.js'
import { type Bounds, bytesOf } from './bounds.js'

interface Document {
  readonly id: string
}

/** A collection in memory. It may begin with documents that it shares with others: a change of one is its own. */
export class MemoryCollection<T extends Document> {
  readonly #base: Base<T> | undefined
  readonly #own = new Map<string, T>()
  /** The IDs of the base's documents that were deleted here. One that is put again is an own document. */
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
    // kept, since the base may complete a document each time that it is read
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

  /** All documents: those of the base first, then the others as they were put. */
  list (): T[] {
    const shared = [...this.#base?.ids() ?? []].filter(id => !this.#deleted.has(id)).map(id => this.get(id) as T)
    const isShared = (id: string) => this.#base?.has(id) === true && !this.#deleted.has(id)
    return [...shared, ...[...this.#own.values()].filter(({ id }) => !isShared(id))]
  }

  #has (id: string): boolean {
    return this.#own.has(id) || (this.#base?.has(id) === true && !this.#deleted.has(id))
  }
}

/** A collection whose oldest documents can be evicted when it has too many, or too large ones. */
export class BoundedCollection<T extends Document & { readonly bytes?: number }> {
  /** How many documents were evicted before they had expired. */
  evicted = 0
  readonly #bounds: Bounds
  readonly #expiryOf: (document: T) => number
  // a Map, which remembers the order of insertion, and not an LRU cache: a document that is read does not move
  readonly #documents = new Map<string, T>()
  #bytes = 0
  // one iterator for all evictions: a new one would first pass by everything that was deleted before
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
   * @param now the time of the world's clock, by which documents have expired or not
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

/** How many items that are not pending any more the queue may hold, besides as many as are pending. */
const SLACK = 1_000

function queueOf (items: DueItem[]): TinyQueue<DueItem> {
  return new TinyQueue(items, compareDueItems)
}

/** The due items, which are found by time too. */
export class DueCollection extends MemoryCollection<DueItem> {
  #queue = queueOf([])
  readonly #base: Iterator<DueItem, undefined> | undefined
  /** The first item of the base that has not been passed by. */
  #nextOfBase: DueItem | undefined

  constructor (base?: DueBase) {
    super(base)
    this.#base = base?.inOrder()[Symbol.iterator]() as Iterator<DueItem, undefined> | undefined
    this.#nextOfBase = this.#base?.next().value
  }

  override put (item: DueItem): void {
    super.put(item)
    this.#queue.push(item)
    // what was deleted or replaced would stay until its time, which may never come
    if (this.#queue.length > 2 * this.size + SLACK) this.#queue = queueOf(this.list())
  }

  /** The item that is first, by time and then by ID. */
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
    // by time: the base may make an item each time that it is read
    while (this.#nextOfBase !== undefined && this.get(this.#nextOfBase.id)?.at !== this.#nextOfBase.at) {
      this.#nextOfBase = this.#base?.next().value
    }
    return this.#nextOfBase
  }
}
