import type { Changes, Collection, Documents } from '../../domain/store.js'
import type { Bounds } from '../bounds.js'
import { revisionOf } from '../effects.js'
import {
  encodeText, indexEntriesOf, memberOf, positionOf, type Stored, valueOf, type WorldKeys
} from './layout.js'
import { KeyList, PORTION } from './read-request.js'

/** A document of any collection. */
export type AnyDocument = Documents[Collection]

/** The writes of a step to a collection. */
export interface Writes {
  readonly deletes: readonly string[]
  readonly puts: readonly AnyDocument[]
}

/** The writes of a step, by collection. */
export type AllWrites = Map<Collection, Writes>

/** The writes of a step's changes, without collections to which it writes nothing. */
export function writesOf ({ deletes = {}, puts = {} }: Changes): AllWrites {
  const written: AllWrites = new Map()
  for (const name of new Set([...Object.keys(deletes), ...Object.keys(puts)]) as Set<Collection>) {
    const writes = { deletes: deletes[name] ?? [], puts: puts[name] ?? [] }
    if (writes.deletes.length + writes.puts.length > 0) written.set(name, writes)
  }
  return written
}

/** The documents of a collection that a step has read, by their IDs; `undefined` for those that do not exist. */
export type ReadDocuments = Map<string, Stored<AnyDocument> | undefined>

/** The checks and writes of a step, as arguments of the script. */
export class CommitRequest {
  readonly #world: WorldKeys
  readonly #keys: KeyList
  readonly #checks: string[] = []
  readonly #writes: string[] = []
  readonly #changed = new Set<Collection>()
  #position = 0

  constructor (world: WorldKeys) {
    this.#world = world
    this.#keys = new KeyList(world.meta)
  }

  get keys (): string[] {
    return this.#keys.keys
  }

  /** The changed collections; empty if there is nothing to write. */
  get changed (): ReadonlySet<Collection> {
    return this.#changed
  }

  /**
   * The arguments, in the order in which the script takes them.
   * @param version the version of all written documents
   */
  args (version: string): string[] {
    const revisions = Array.from(this.#changed, revisionOf)
    const [isShown, isSetting] = [revisions.includes('documents'), revisions.includes('settings')]
    return [...this.#checks, 'go', version, isShown ? '1' : '0', isSetting ? '1' : '0', ...this.#writes]
  }

  /** Checks that documents have not changed since they were read. */
  check (collection: Collection, documents: Iterable<[id: string, read: { readonly version: string } | undefined]>): void {
    const pairs: string[] = []
    for (const [id, read] of documents) pairs.push(encodeText(id), read?.version ?? '-')
    this.#portions(this.#checks, 'check', this.#world.documents(collection), pairs, 2)
  }

  /** Checks that a collection has as many documents as were read. */
  checkSize (collection: Collection, size: number): void {
    this.#checks.push('size', this.#keys.numberOf(this.#world.documents(collection)), String(size))
  }

  /** Checks that a range of an index has as many members as were read. */
  checkRange (collection: Collection, { min, max }: { min: string, max: string }, count: number): void {
    this.#checks.push('count', this.#keys.numberOf(this.#world.index(collection)), min, max, String(count))
  }

  /** Checks that no other process has requested its turn. */
  checkTurn (): void {
    this.#checks.push('turn')
  }

  /**
   * Writes to a collection.
   * @param read the previous version of each document that is put or deleted
   * @param bounds the bounds of the collection, if any
   * @param now the time of the world's clock
   */
  write (collection: Collection, { deletes, puts }: Writes, read: ReadDocuments, bounds: Bounds | undefined, now: number): void {
    const gone = new Set(deletes)
    const last = new Map(puts.map(document => [document.id, document])) // the last document with an ID wins
    const [deleted, put, added, removed]: [string[], string[], string[], string[]] = [[], [], [], []]
    let growth = 0
    for (const id of gone) {
      const before = read.get(id)
      if (before === undefined) continue
      growth -= before.bytes
      removed.push(...membersOf(collection, before))
      if (!last.has(id)) deleted.push(encodeText(id))
    }
    for (const [id, document] of last) {
      const before = gone.has(id) ? undefined : read.get(id)
      if (before?.document === document) continue
      const value = valueOf(collection, document)
      growth += Number.parseInt(value, 10) - (before?.bytes ?? 0)
      if (before === undefined) {
        const position = positionOf(this.#position++)
        put.push(encodeText(id), `+${position}`, value)
        for (const entry of indexEntriesOf(collection, document)) {
          if (entry.sort === undefined) added.push(`${entry.name}\0`, `${position}\0${encodeText(id)}`)
          else added.push(memberOf(entry, '', id), '')
        }
      } else {
        put.push(encodeText(id), before.created, value)
        const [members, membersBefore] = [membersOf(collection, { ...before, document }), membersOf(collection, before)]
        added.push(...members.filter(member => !membersBefore.includes(member)).flatMap(member => [member, '']))
        removed.push(...membersBefore.filter(member => !members.includes(member)))
      }
    }
    if (deleted.length + put.length === 0) return
    this.#changed.add(collection)
    const [documents, index] = [this.#world.documents(collection), this.#world.index(collection)]
    this.#portions(this.#writes, 'delete', documents, deleted, 1)
    this.#portions(this.#writes, 'remove', index, removed, 1)
    this.#portions(this.#writes, 'put', documents, put, 3)
    this.#portions(this.#writes, 'add', index, added, 2)
    if (bounds === undefined) return
    this.#writes.push('bound', this.#keys.numberOf(documents), this.#keys.numberOf(index), collection,
      String(bounds.max), String(bounds.maxBytes), String(growth), String(now))
  }

  /** Wakes the other processes. */
  wake (sender: string): void {
    this.#writes.push('wake', this.#world.wake, sender)
  }

  /** Adds values as several parts of the script, because each part can have only a few thousand. */
  #portions (args: string[], kind: string, key: string, values: readonly string[], size: number): void {
    for (let start = 0; start < values.length; start += PORTION * size) {
      const portion = values.slice(start, start + PORTION * size)
      args.push(kind, this.#keys.numberOf(key), String(portion.length / size), ...portion)
    }
  }
}

function membersOf (collection: Collection, { document, created }: Stored<AnyDocument>): string[] {
  return indexEntriesOf(collection, document).map(entry => memberOf(entry, created, document.id))
}
