import type { Base } from '../domain/fixtures/base.js'
import type { Environment } from '../domain/sessions/session.js'
import type { Page, PageRead } from '../domain/store.js'
import { MemoryCollection } from './collections.js'

/** How the documents of a collection are ordered and found. */
export interface Ordering<T, F> {
  /** When a document was created. */
  timeOf: (document: T) => string
  environmentOf: (document: T) => Environment
  /** The test of a filter, apart from its environment and its text; `undefined` if every document passes. */
  testOf: (filter: F) => ((document: T) => boolean) | undefined
  /** The text that a filter looks for, and the text of a document that it searches. By default, filters search no text. */
  search?: { partOf: (filter: F) => string | undefined, textOf: (document: T) => string }
}

/** Documents at most this far from the newest end of the index are inserted in place. For others, the index is sorted at the next read. */
const NEAR = 10_000

/**
 * A collection that can be read by the page, newest documents first. Its indexes are created when a page is first read. They hold the
 * documents, newest last: a new document is appended, and a new version replaces the previous one.
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
    super.put(document)
    const index = this.#index[environmentOf(document)]
    if (before === undefined) {
      index.add(document)
    } else if (timeOf(before) === timeOf(document) && environmentOf(before) === environmentOf(document)) {
      index.replace(document)
    } else {
      this.#index[environmentOf(before)].remove(before)
      index.add(document)
    }
  }

  override delete (id: string): boolean {
    const document = this.#index === undefined ? undefined : this.get(id)
    if (document !== undefined) this.#index?.[this.#ordering.environmentOf(document)].remove(document)
    return super.delete(id)
  }

  /** A page, and how many documents there are on all pages. */
  page ({ where, offset, limit }: PageRead<F>['newest']): Page<T> {
    const index = this.#indexOf(where.environment)
    const all = index.documents()
    const passes = this.#ordering.testOf(where)
    const { search } = this.#ordering
    const part = search?.partOf(where)
    if (passes === undefined && part === undefined) {
      const end = Math.max(all.length - offset, 0)
      return { documents: all.slice(Math.max(end - limit, 0), end).reverse(), total: all.length }
    }
    const texts = search === undefined || part === undefined ? undefined : index.texts(search.textOf)
    const documents: T[] = []
    let total = 0
    for (let at = all.length - 1; at >= 0; at--) {
      if (texts !== undefined && !(texts[at] as string).includes(part as string)) continue
      const document = all[at] as T
      if (passes !== undefined && !passes(document)) continue
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
      const indexOf = (environment: Environment) => new Index(all.filter(document => environmentOf(document) === environment), compare)
      this.#index = { live: indexOf('live'), sandbox: indexOf('sandbox') }
    }
    return this.#index[environment]
  }
}

/** Documents in an order, and the text of each. */
class Index<T extends { readonly id: string }> {
  #documents: T[]
  /** The text of each document, in the same order. Created at the first search, because that takes longer than ten searches. */
  #texts: { list: string[], of: (document: T) => string } | undefined
  /** The documents that are not in place yet, by ID. */
  readonly #unsorted = new Map<string, T>()
  readonly #compare: (one: T, other: T) => number

  constructor (documents: T[], compare: (one: T, other: T) => number) {
    this.#documents = documents.sort(compare)
    this.#compare = compare
  }

  documents (): readonly T[] {
    if (this.#unsorted.size > 0) {
      this.#documents = [...this.#documents, ...this.#unsorted.values()].sort(this.#compare)
      this.#texts = undefined
      this.#unsorted.clear()
    }
    return this.#documents
  }

  texts (of: (document: T) => string): readonly string[] {
    const documents = this.documents()
    this.#texts ??= { list: documents.map(of), of }
    return this.#texts.list
  }

  add (document: T): void {
    const place = this.#placeOf(document)
    if (this.#documents.length - place > NEAR) this.#unsorted.set(document.id, document)
    else this.#splice(place, 0, document)
  }

  /** Replaces a document with its new version. */
  replace (document: T): void {
    if (this.#unsorted.has(document.id)) {
      this.#unsorted.set(document.id, document)
      return
    }
    const place = this.#placeOf(document)
    this.#documents[place] = document
    if (this.#texts !== undefined) this.#texts.list[place] = this.#texts.of(document)
  }

  remove (document: T): void {
    if (!this.#unsorted.delete(document.id)) this.#splice(this.#placeOf(document), 1)
  }

  #splice (place: number, count: number, ...added: T[]): void {
    this.#documents.splice(place, count, ...added)
    this.#texts?.list.splice(place, count, ...added.map(this.#texts.of))
  }

  /** How many documents come before a document. */
  #placeOf (document: T): number {
    let [start, end] = [0, this.#documents.length]
    // most documents are new
    if (end > 0 && this.#compare(this.#documents[end - 1] as T, document) < 0) return end
    while (start < end) {
      const middle = (start + end) >>> 1
      if (this.#compare(this.#documents[middle] as T, document) < 0) start = middle + 1
      else end = middle
    }
    return start
  }
}

function compareTexts (one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1
}
