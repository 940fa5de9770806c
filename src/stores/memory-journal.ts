import { type Exchange, type Journal, sizeOf } from '../domain/journal/journal.js'

/** A journal in memory. It keeps the exchanges themselves, without copying them. */
export class MemoryJournal implements Journal {
  #revision = 0
  #dropped = 0
  #lastId = 0
  #bytes = 0
  // a plain list with a moving start, because every request uses it, and a cache with keys takes three times as long
  #exchanges: (Exchange | undefined)[] = []
  #start = 0
  readonly #maxEntries: number
  readonly #maxBytes: number

  /**
   * @param maxEntries the maximum number of exchanges
   * @param maxBytes the approximate maximum size of all exchanges, in bytes
   */
  constructor (maxEntries: number, maxBytes: number) {
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
  }

  add (exchange: Exchange): undefined {
    this.#revision++
    exchange.id = ++this.#lastId
    exchange.bytes = sizeOf(exchange)
    this.#exchanges.push(exchange)
    this.#bytes += exchange.bytes
    // the newest stays, however large it is
    while (this.#size > this.#maxEntries || (this.#bytes > this.#maxBytes && this.#size > 1)) this.#drop()
  }

  async list (): Promise<readonly Exchange[]> {
    return this.#all()
  }

  async find (id: number): Promise<Exchange | undefined> {
    return this.#exchanges.find(exchange => exchange?.id === id)
  }

  async counts (): Promise<{ size: number, dropped: number }> {
    return { size: this.#size, dropped: this.#dropped }
  }

  async remove (exchanges: readonly Exchange[]): Promise<void> {
    this.#revision++
    const removed = new Set(exchanges)
    const left = this.#all().filter(exchange => !removed.has(exchange))
    this.#exchanges = left
    this.#start = 0
    this.#bytes = left.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  async clear (): Promise<void> {
    this.#revision++
    this.#exchanges = []
    this.#start = 0
    this.#bytes = 0
    this.#lastId = 0
    this.#dropped = 0
  }

  async revision (): Promise<number> {
    return this.#revision
  }

  /** A journal with the same exchanges, to which other exchanges can be added. */
  copy (): MemoryJournal {
    const copy = new MemoryJournal(this.#maxEntries, this.#maxBytes)
    copy.#dropped = this.#dropped
    copy.#lastId = this.#lastId
    copy.#bytes = this.#bytes
    copy.#exchanges = this.#all()
    return copy
  }

  get #size (): number {
    return this.#exchanges.length - this.#start
  }

  #all (): Exchange[] {
    return this.#exchanges.slice(this.#start) as Exchange[]
  }

  #drop (): void {
    this.#bytes -= (this.#exchanges[this.#start] as Exchange).bytes
    this.#exchanges[this.#start++] = undefined
    this.#dropped++
    // compacted when half of it is empty, so that each entry is moved about once
    if (this.#start * 2 > this.#exchanges.length) {
      this.#exchanges = this.#exchanges.slice(this.#start)
      this.#start = 0
    }
  }
}
