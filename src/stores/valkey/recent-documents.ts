import { LRUCache } from 'lru-cache'
import type { Collection, Reads } from '../../domain/store.js'
import type { AllWrites, AnyDocument } from './commit-request.js'
import type { Stored } from './layout.js'
import { nameOf, StepReading } from './step-reads.js'

/** How many documents are kept, for documents that are updated frequently. */
const MAX = 1_000

/**
 * The documents that this process has recently written, or sent to the engine. A step is tried with them first, which saves reading
 * them, and waiting for the commit that writes them: steps that update one session follow each other without a pause. They may be
 * outdated, because a commit checks the version of everything that was read (bench/README.md).
 */
export class RecentDocuments {
  readonly #documents = new LRUCache<string, Stored<AnyDocument>>({ max: MAX })

  /** The documents that a step reads; `undefined` if one is unknown. An unknown idempotency key is most likely new. */
  readingOf (reads: Reads): StepReading | undefined {
    const reading = new StepReading()
    for (const name in reads) {
      const [collection, ids] = [name as Collection, reads[name as Collection]]
      if (!isKept(collection) || !Array.isArray(ids)) return undefined
      const documents = (ids as readonly string[]).map(id => this.#documents.get(nameOf(collection, id)))
      if (collection !== 'idempotency' && documents.includes(undefined)) return undefined
      reading.add(collection, ids as readonly string[], documents)
    }
    return reading
  }

  /** Whether a document is known, by its name. */
  has (name: string): boolean {
    return this.#documents.has(name)
  }

  /** Stores the documents that a step writes, with their version. */
  take (reading: StepReading, written: AllWrites, version: string): void {
    for (const [collection, { deletes, puts }] of written) {
      if (!isKept(collection)) continue
      for (const id of deletes) this.#documents.delete(nameOf(collection, id))
      const read = reading.documents(collection)
      for (const document of puts) {
        const before = deletes.includes(document.id) ? undefined : read.get(document.id)
        const name = nameOf(collection, document.id)
        // only the engine knows the position of a new document
        if (before === undefined) this.#documents.delete(name)
        else this.#documents.set(name, { ...before, version, document })
      }
    }
  }

  /** Forgets the documents of a step, because they were not written. */
  forget (written: AllWrites): void {
    for (const [collection, { puts }] of written) {
      for (const { id } of puts) this.#documents.delete(nameOf(collection, id))
    }
  }
}

function isKept (collection: Collection): boolean {
  return collection === 'sessions' || collection === 'idempotency'
}
