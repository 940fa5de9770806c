import { timeOf } from '../../domain/clock.js'
import type { Collection, Found, Reads, Snapshot } from '../../domain/store.js'
import type { AllWrites, AnyDocument } from './commit-request.js'
import type { Engine } from './engine.js'
import type { WorldKeys } from './layout.js'
import { hasPages, readPages } from './pages.js'
import { type RangeOptions, type RangeReply, ReadRequest, type ScriptReply } from './read-request.js'
import { readScript } from './scripts.js'
import type { SettingsCache } from './settings-cache.js'
import { StepReading } from './step-reads.js'
import { openWhole, readPart } from './whole-collections.js'

/** A step after its reads. */
export interface Step {
  readonly reading: StepReading
  readonly found: Found
  readonly now: number
  /** The clock from which `now` was computed. If it has changed, the step is not written. */
  readonly clock: { readonly version: string } | undefined
  /** Whether the documents were read for this step. If not, they may be outdated, and a step that writes nothing has to be repeated. */
  readonly isFresh: boolean
}

/** Reads documents of a world, always with the time and the clock. */
export class WorldReader {
  readonly #engine: Engine
  readonly #keys: WorldKeys
  readonly #settings: SettingsCache

  /** @param settings takes the settings that are read */
  constructor (engine: Engine, keys: WorldKeys, settings: SettingsCache) {
    this.#engine = engine
    this.#keys = keys
    this.#settings = settings
  }

  /** Also returns the time of the world's clock. */
  async read (request: ReadRequest): Promise<{ reply: ScriptReply, now: number }> {
    const reply = await this.#engine.run(readScript, request.keys, request.args) as ScriptReply
    return { reply, now: this.#take(reply[0], reply[1]) }
  }

  /** Reads all documents of some collections, as they are at one moment. */
  async readWhole (collections: readonly Collection[]): Promise<Snapshot> {
    const { time, clock, parts } = await openWhole(this.#engine, this.#keys, collections)
    const now = this.#take(time, clock) // before the rest is read: that may take seconds
    const documents: Partial<Record<Collection, readonly AnyDocument[]>> = {}
    for (const [name, part] of parts) documents[name] = await readPart(this.#engine, part)
    return { documents: documents as Snapshot['documents'], now }
  }

  async readRange (collection: Collection, name: string, options: RangeOptions): Promise<RangeReply> {
    const request = new ReadRequest(this.#keys)
    const rangeIn = request.range(collection, name, options)
    const { reply } = await this.read(request)
    return rangeIn(reply)
  }

  /**
   * Reads the documents of a step.
   * @param written the writes of the previous try, which are read too, so that their index entries are known
   */
  async readStep (reads: Reads, written: AllWrites): Promise<Step> {
    const reading = new StepReading()
    const request = new ReadRequest(this.#keys)
    const takes = [reading.request(reads, request)]
    for (const [name, { deletes, puts }] of written) {
      const { [name]: read } = reads
      const more = [...deletes, ...puts.map(({ id }) => id)].filter(id => !Array.isArray(read) || !read.includes(id))
      if (more.length > 0) takes.push(reading.requestMore(name, [...new Set(more)], request))
    }
    const { reply, now } = await this.read(request)
    const clock = this.#settings.stored('clock')
    for (const take of takes) take(reply)
    if (Array.isArray(reads.settings)) this.#settings.takeAll(reading.documents('settings'))
    const found = reading.found()
    if (hasPages(reads)) Object.assign(found, await readPages(reads, async (...range) => this.readRange(...range)))
    return { reading, found, now, clock, isFresh: true }
  }

  /** Reads the documents that a step deletes without having read them: their index entries are deleted, too. */
  async readDeleted (reading: StepReading, written: AllWrites): Promise<void> {
    const request = new ReadRequest(this.#keys)
    const takes: ((reply: ScriptReply) => void)[] = []
    for (const [name, { deletes }] of written) {
      const unread = [...new Set(deletes)].filter(id => !reading.has(name, id))
      if (unread.length > 0) takes.push(reading.requestMore(name, unread, request))
    }
    if (takes.length === 0) return
    const { reply } = await this.read(request)
    for (const take of takes) take(reply)
  }

  /** Takes the time and the clock that were read. Returns the time of the clock. */
  #take (time: ScriptReply[0], clock: ScriptReply[1]): number {
    const machineTime = this.#engine.time.observe(time)
    this.#settings.take('clock', clock)
    return timeOf(this.#settings.get('clock'), machineTime)
  }
}
