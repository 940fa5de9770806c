import type { Base } from '../domain/fixtures/base.js'
import type { Environment } from '../domain/sessions/session.js'
import type { Page, PageRead } from '../domain/store.js'
import { MemoryCollection } from './collections.js'

/** How the documents of a collection are ordered and found. */
export interface Ordering<T, F> {
  /** When a document was created. */
  timeOf: (document: T) => string
  environmentOf: (document: T) => Environment
  /** The test of a filter besides its environment; `undefined` when every document passes. */
  testOf: (filter: F) => ((document: T) => boolean) | undefined
}

/** How far from its newest end a document is put in its place. Further away, the index is sorted when it is next read. */
const NEAR = 10_000

/**
 * A collection that can be read as a page, the newest documents first. Its indexes are made when a page is first read. They hold IDs,
 * the newest last: a new document is appended, and a new version of a document changes nothing.
 */
export class PagedCollection<
  T extends { readonly id: string }, F extends { readonly environment: Environment }
> extends MemoryCollection<T> {
  readonly #ordering: Ordering<T, F>
  #index: Record<Environment, Index<T>> | undefined

  constructor (ordering: Ordering<T, F>, base?: Base<T>) {
    super(base)
    this.#ordering = ordering
  }

  override put (document: T): void {
    if (this.#index === undefined) {
      super.put(document)
      return
    }
    const { timeOf, environmentOf } = this.#ordering
    const before = this.get(document.id)
    const staysInPlace = before !== undefined && timeOf(before) === timeOf(document) && environmentOf(before) === environmentOf(document)
    if (before !== undefined && !staysInPlace) this.#index[environmentOf(before)].remove(before)
    super.put(document)
    if (!staysInPlace) this.#index[environmentOf(document)].add(document)
  }

  override delete (id: string): void {
    const document = this.#index === undefined ? undefined : this.get(id)
    if (document !== undefined) this.#index?.[this.#ordering.environmentOf(document)].remove(document)
    super.delete(id)
  }

  /** A page, and how many documents there are on all pages. */
  page ({ where, offset, limit }: PageRead<F>['newest']): Page<T> {
    const ids = this.#indexOf(where.environment).sorted()
    const passes = this.#ordering.testOf(where)
    const documents: T[] = []
    if (passes === undefined) {
      for (let at = ids.length - 1 - offset; at >= 0 && documents.length < limit; at--) documents.push(this.get(ids[at] as string) as T)
      return { documents, total: ids.length }
    }
    let total = 0
    for (let at = ids.length - 1; at >= 0; at--) {
      const document = this.get(ids[at] as string) as T
      if (!passes(document)) continue
      if (total >= offset && documents.length < limit) documents.push(document)
      total++
    }
    return { documents, total }
  }

  #indexOf (environment: Environment): Index<T> {
    if (this.#index === undefined) {
      const { timeOf, environmentOf } = this.#ordering
      const compare = (one: T, other: T) => compareTexts(timeOf(one), timeOf(other)) || compareTexts(other.id, one.id)
      const all = this.list()
      const indexOf = (environment: Environment) =>
        new Index(all.filter(document => environmentOf(document) === environment), compare, id => this.get(id) as T)
      this.#index = { live: indexOf('live'), sandbox: indexOf('sandbox') }
    }
    return this.#index[environment]
  }
}

/** The IDs of documents, in an order. */
class Index<T extends { readonly id: string }> {
  #ids: string[]
  #isSorted = true
  readonly #compare: (one: T, other: T) => number
  readonly #get: (id: string) => T

  constructor (documents: T[], compare: (one: T, other: T) => number, get: (id: string) => T) {
    this.#ids = documents.sort(compare).map(({ id }) => id)
    this.#compare = compare
    this.#get = get
  }

  sorted (): readonly string[] {
    if (!this.#isSorted) this.#ids = this.#ids.map(this.#get).sort(this.#compare).map(({ id }) => id)
    this.#isSorted = true
    return this.#ids
  }

  add (document: T): void {
    const place = this.#isSorted ? this.#placeOf(document) : 0
    if (place === this.#ids.length) {
      this.#ids.push(document.id)
    } else if (this.#isSorted && this.#ids.length - place <= NEAR) {
      this.#ids.splice(place, 0, document.id)
    } else {
      this.#ids.push(document.id)
      this.#isSorted = false
    }
  }

  /** Removes a document, which must still be there. */
  remove (document: T): void {
    this.sorted()
    this.#ids.splice(this.#placeOf(document), 1)
  }

  /** How many documents come before one. */
  #placeOf (document: T): number {
    let [start, end] = [0, this.#ids.length]
    // most documents are new
    if (end > 0 && this.#compare(this.#get(this.#ids[end - 1] as string), document) < 0) return end
    while (start < end) {
      const middle = (start + end) >>> 1
      if (this.#compare(this.#get(this.#ids[middle] as string), document) < 0) start = middle + 1
      else end = middle
    }
    return start
  }
}

function compareTexts (one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1
}
