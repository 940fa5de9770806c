import { LRUCache } from 'lru-cache'
import type { Collection, Reads } from '../../domain/store.js'
import type { AllWrites } from './commit-request.js'
import type { Stored } from './layout.js'
import { type AnyDocument, StepReading } from './step-reads.js'

/** How many documents are kept: those that are updated again and again. */
const MAX = 1_000

/**
 * The documents that this process has read or written last. A step is tried with them first, which saves reading them. Nothing depends on
 * whether they are up to date: a commit checks the version of everything that was read. It doubles the updates of one session
 * (bench/README.md).
 */
export class RecentDocuments {
  readonly #documents = new LRUCache<string, Stored<AnyDocument>>({ max: MAX })

  /** What a step would read; `undefined` when that is not known. A key that is not known is most likely a new one. */
  readingOf (reads: Reads): StepReading | undefined {
    const reading = new StepReading()
    for (const name in reads) {
      const [collection, ids] = [name as Collection, reads[name as Collection]]
      if (!isKept(collection) || !Array.isArray(ids)) return undefined
      const documents = (ids as readonly string[]).map(id => this.#documents.get(keyOf(collection, id)))
      if (collection !== 'idempotency' && documents.includes(undefined)) return undefined
      reading.add(collection, ids as readonly string[], documents)
    }
    return reading
  }

  /** Takes what a step has read and written. */
  take (reading: StepReading, written: AllWrites, revision: number): void {
    for (const [name, { deletes, puts }] of written) {
      if (!isKept(name)) continue
      for (const id of deletes) this.#documents.delete(keyOf(name, id))
      const read = reading.documents(name)
      for (const document of puts) {
        const before = deletes.includes(document.id) ? undefined : read.get(document.id)
        const key = keyOf(name, document.id)
        // the place of a new document is known to the engine only
        if (before === undefined) this.#documents.delete(key)
        else this.#documents.set(key, { ...before, version: String(revision), document })
      }
    }
  }
}

function isKept (collection: Collection): boolean {
  return collection === 'sessions' || collection === 'idempotency'
}

function keyOf (collection: Collection, id: string): string {
  return `${collection} ${id}`
}
