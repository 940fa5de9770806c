import { MemoryCollection } from './collections.js'

/**
 * A collection whose documents each belong to a session, by which they can also be found. Its index is created when it is first read,
 * because it takes memory, and few mocks need it.
 */
export class OwnedCollection<T extends { readonly id: string, readonly session_id: string }> extends MemoryCollection<T> {
  #index: Map<string, T[]> | undefined

  override put (document: T): void {
    const before = this.#index === undefined ? undefined : this.get(document.id)
    super.put(document)
    // a replaced document keeps its position in the collection, which the index does not know
    if (before !== undefined) this.#index = undefined
    else this.#add(document)
  }

  override delete (id: string): boolean {
    const document = this.#index === undefined ? undefined : this.get(id)
    const isDeleted = super.delete(id)
    if (document === undefined) return isDeleted
    const rest = this.of(document.session_id).filter(other => other !== document)
    if (rest.length > 0) this.#index?.set(document.session_id, rest)
    else this.#index?.delete(document.session_id)
    return isDeleted
  }

  /** The documents of a session, in the order of the collection. */
  of (sessionId: string): T[] {
    if (this.#index === undefined) {
      this.#index = new Map()
      for (const document of this.list()) this.#add(document)
    }
    return [...this.#index.get(sessionId) ?? []]
  }

  #add (document: T): void {
    const its = this.#index?.get(document.session_id)
    if (its === undefined) this.#index?.set(document.session_id, [document])
    else its.push(document)
  }
}
