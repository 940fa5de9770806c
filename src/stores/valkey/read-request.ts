import type { Collection } from '../../domain/store.js'
import { encodeText, rangeOf, type WorldKeys } from './layout.js'

/** The maximum number of IDs in one part of a script, because Lua can pass on only a few thousand values. */
export const PORTION = 1_000

/** The keys of a script, which refers to them by number. */
export class KeyList {
  readonly keys: string[]

  constructor (...keys: string[]) {
    this.keys = keys
  }

  numberOf (key: string): string {
    const place = this.keys.indexOf(key)
    return String(place < 0 ? this.keys.push(key) : place + 1)
  }
}

/** How to read a range of an index. */
export interface RangeOptions {
  offset?: number
  /** The maximum number of documents; by default, all. */
  limit?: number
  /** Whether to read from the end. */
  backwards?: boolean
  /** The member after which to continue. */
  after?: string
}

/** The result of reading a range. */
export interface RangeReply {
  /** The number of members in the range. */
  readonly total: number
  /** The last member that was read. */
  readonly last: string | null
  readonly values: readonly (string | null)[]
}

/** Several reads of one moment, as arguments of the script. */
export class ReadRequest {
  readonly args: string[] = []
  readonly #world: WorldKeys
  readonly #keys: KeyList
  /** The index of the next read in the script's reply. */
  #next = 2

  constructor (world: WorldKeys) {
    this.#world = world
    this.#keys = new KeyList(world.documents('settings'))
  }

  get keys (): string[] {
    return this.#keys.keys
  }

  /** Reads documents by their IDs. Returns a function that finds their values in the script's reply. */
  ids (collection: Collection, ids: readonly string[]): (reply: ScriptReply) => readonly (string | null)[] {
    const key = this.#keys.numberOf(this.#world.documents(collection))
    const first = this.#next
    for (let start = 0; start < ids.length; start += PORTION) {
      const portion = ids.slice(start, start + PORTION)
      this.args.push('ids', key, String(portion.length))
      for (const id of portion) this.args.push(encodeText(id))
      this.#next++
    }
    const end = this.#next
    if (end === first + 1) return reply => reply[first] as (string | null)[]
    return reply => reply.slice(first, end).flat() as (string | null)[]
  }

  /** Reads all documents of a collection, in any order. */
  all (collection: Collection): (reply: ScriptReply) => readonly string[] {
    this.args.push('all', this.#keys.numberOf(this.#world.documents(collection)))
    const place = this.#next++
    return reply => reply[place] as string[]
  }

  /** Reads the documents that have an index entry with a name. */
  range (
    collection: Collection, name: string, { offset = 0, limit = -1, backwards = false, after }: RangeOptions = {}
  ): (reply: ScriptReply) => RangeReply {
    let { min, max } = rangeOf(name)
    if (after !== undefined && backwards) max = `(${after}`
    else if (after !== undefined) min = `(${after}`
    this.args.push('range', this.#keys.numberOf(this.#world.documents(collection)), this.#keys.numberOf(this.#world.index(collection)),
      min, max, String(offset), String(limit), backwards ? '1' : '0')
    const place = this.#next++
    return reply => {
      const [total, last, values] = reply[place] as [number, string | null, (string | null)[]]
      return { total, last, values }
    }
  }
}

/** The time, the clock, and the result of each read. */
export type ScriptReply = [time: [seconds: string, microseconds: string], clock: string | null, ...found: unknown[]]
