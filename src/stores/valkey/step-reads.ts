import type { Collection, Found, OwnedRead, PageRead, Reads } from '../../domain/store.js'
import type { AnyDocument, CommitRequest, ReadDocuments } from './commit-request.js'
import { indexNames, parseStored, rangeOf, type Stored } from './layout.js'
import type { ReadRequest, ScriptReply } from './read-request.js'

/** What a step has read of a collection, and the checks before it writes. */
interface CollectionReading {
  /** The value for `Found`. */
  found: readonly (AnyDocument | undefined)[]
  documents: ReadDocuments
  /** Checks that no documents were added since. */
  checkCount?: (commit: CommitRequest) => void
}

/** Everything that a step has read, except pages. */
export class StepReading {
  readonly #collections = new Map<Collection, CollectionReading>()

  /** The documents that were read of a collection. */
  documents (collection: Collection): ReadDocuments {
    return this.#of(collection).documents
  }

  /** The argument of `decide`. */
  found (): Found {
    const found: Partial<Record<Collection, readonly unknown[]>> = {}
    for (const [name, reading] of this.#collections) found[name] = reading.found
    return found as Found
  }

  has (collection: Collection, id: string): boolean {
    return this.#collections.get(collection)?.documents.has(id) === true
  }

  /** Checks that nothing has changed since it was read. */
  check (commit: CommitRequest): void {
    for (const [name, { documents, checkCount }] of this.#collections) {
      commit.check(name, documents)
      checkCount?.(commit)
    }
  }

  /** Takes known documents; `undefined` for those that do not exist. */
  add (collection: Collection, ids: readonly string[], documents: readonly (Stored<AnyDocument> | undefined)[]): void {
    const reading = this.#of(collection)
    ids.forEach((id, index) => reading.documents.set(id, documents[index]))
    reading.found = documents.map(stored => stored?.document)
  }

  /** Requests the reads of a step. Returns a function that takes the reply. */
  request (reads: Reads, request: ReadRequest): (reply: ScriptReply) => void {
    const takes: ((reply: ScriptReply) => void)[] = []
    for (const name in reads) {
      const collection = name as Collection
      const read = reads[collection] as NonNullable<Reads[Collection]>
      if (isPage(read)) continue
      if (read === 'all') takes.push(this.#requestAll(collection, request))
      else if (isOwned(read)) takes.push(this.#requestOwned(collection, read.of, request))
      else takes.push(this.#requestIds(collection, read, request))
    }
    return reply => {
      for (const take of takes) take(reply)
    }
  }

  /** Requests more documents, which `decide` does not get. */
  requestMore (collection: Collection, ids: readonly string[], request: ReadRequest): (reply: ScriptReply) => void {
    const valuesIn = request.ids(collection, ids)
    return reply => {
      addAll(this.documents(collection), ids, valuesIn(reply))
    }
  }

  #of (collection: Collection): CollectionReading {
    let reading = this.#collections.get(collection)
    if (reading === undefined) this.#collections.set(collection, reading = { found: [], documents: new Map() })
    return reading
  }

  #requestIds (collection: Collection, ids: readonly string[], request: ReadRequest): (reply: ScriptReply) => void {
    const valuesIn = request.ids(collection, ids)
    return reply => {
      const reading = this.#of(collection)
      reading.found = addAll(reading.documents, ids, valuesIn(reply))
    }
  }

  #requestAll (collection: Collection, request: ReadRequest): (reply: ScriptReply) => void {
    const valuesIn = request.all(collection)
    return reply => {
      const all = inOrder(valuesIn(reply))
      this.#addCounted(collection, all, commit => commit.checkSize(collection, all.length))
    }
  }

  #requestOwned (collection: Collection, owner: string, request: ReadRequest): (reply: ScriptReply) => void {
    const name = indexNames.of(owner)
    const rangeIn = request.range(collection, name)
    return reply => {
      const { values } = rangeIn(reply)
      const all = values.map(value => parseStored<AnyDocument>(value as string))
      this.#addCounted(collection, all, commit => commit.checkRange(collection, rangeOf(name), all.length))
    }
  }

  #addCounted (collection: Collection, all: readonly Stored<AnyDocument>[], checkCount: (commit: CommitRequest) => void): void {
    const reading = this.#of(collection)
    for (const stored of all) reading.documents.set(stored.document.id, stored)
    reading.found = all.map(({ document }) => document)
    reading.checkCount = checkCount
  }
}

/** Values of a hash as documents, in the order of their collection. */
export function inOrder (values: readonly string[]): Stored<AnyDocument>[] {
  return sorted(values.map(value => parseStored<AnyDocument>(value)))
}

/** Documents in the order of their collection. They are compared as numbers, in a tenth of the time; rounded numbers may be equal. */
export function sorted (documents: readonly Stored<AnyDocument>[]): Stored<AnyDocument>[] {
  const numbered = documents.map(stored => ({ number: Number(stored.created), stored }))
  numbered.sort((one, other) => one.number - other.number || (one.stored.created < other.stored.created ? -1 : 1))
  return numbered.map(({ stored }) => stored)
}

function addAll (documents: ReadDocuments, ids: readonly string[], values: readonly (string | null)[]): (AnyDocument | undefined)[] {
  return ids.map((id, index) => {
    const value = values[index]
    const stored = typeof value === 'string' ? parseStored<AnyDocument>(value) : undefined
    documents.set(id, stored)
    return stored?.document
  })
}

/** The names of the documents that a step reads by their IDs. */
export function documentsIn (reads: Reads): string[] {
  const names: string[] = []
  for (const name in reads) {
    const read = reads[name as Collection]
    if (Array.isArray(read)) for (const id of read as readonly string[]) names.push(nameOf(name as Collection, id))
  }
  return names
}

/** The name of a document, which no other document of the world has. */
export function nameOf (collection: Collection, id: string): string {
  return `${collection} ${id}`
}

export function isPage (read: object | string | undefined): read is PageRead<unknown> {
  return typeof read === 'object' && 'newest' in read
}

function isOwned (read: readonly string[] | OwnedRead): read is OwnedRead {
  return 'of' in read
}
