import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { timeOf } from '../../domain/clock.js'
import type { SettingName, Settings } from '../../domain/settings.js'
import type {
  BoundedCollectionName, Changes, Collection, Documents, Found, Reads, Snapshot, Store, StoreRevisions
} from '../../domain/store.js'
import { StoreAwayError } from '../../domain/store-away.js'
import type { DueItem } from '../../domain/timeline.js'
import { isWaking } from '../effects.js'
import { ChangeListeners } from './change-listeners.js'
import { type AllWrites, type Bounds, CommitRequest, writesOf } from './commit-request.js'
import type { Engine } from './engine.js'
import { KeyedQueue } from './keyed-queue.js'
import { collections, indexNames, parseStored, type WorldKeys } from './layout.js'
import { Lease } from './lease.js'
import { hasPages, readPages } from './pages.js'
import { RecentDocuments } from './recent-documents.js'
import { type RangeOptions, type RangeReply, ReadRequest, type ScriptReply } from './read-request.js'
import { commitScript, readScript } from './scripts.js'
import { SettingsCache } from './settings-cache.js'
import { documentsIn, inOrder, StepReading } from './step-reads.js'

export interface ValkeyStoreOptions {
  engine: Engine
  keys: WorldKeys
  bounds: Readonly<Record<BoundedCollectionName, Bounds>>
}

/** How often a step is tried when other processes change what it has read. */
const MAX_TRIES = 50

/** How long a step waits at most before it is tried again, in milliseconds. It waits longer the more often it has failed. */
const LONGEST_WAIT = 20

/**
 * The store of a world on Valkey or Redis. A step reads with one script, decides here, and commits with another one, which writes only if
 * everything that was read is unchanged.
 */
export class ValkeyStore implements Store {
  readonly isShared = true
  readonly #engine: Engine
  readonly #keys: WorldKeys
  readonly #bounds: Readonly<Partial<Record<Collection, Bounds>>>
  readonly #id = randomUUID()
  readonly #queue = new KeyedQueue()
  readonly #settings = new SettingsCache()
  readonly #recent = new RecentDocuments()
  readonly #listeners = new ChangeListeners()
  readonly #lease: Lease
  readonly #unsubscribe: () => void
  #closed = false

  constructor ({ engine, keys, bounds }: ValkeyStoreOptions) {
    this.#engine = engine
    this.#keys = keys
    this.#bounds = bounds
    this.#lease = new Lease(engine, keys.lease, this.#id)
    this.#unsubscribe = engine.subscribe(keys.wake, sender => {
      if (sender !== this.#id) this.#listeners.wake()
    })
  }

  async transact<R extends Reads, C extends Changes> (reads: R, decide: (found: Found<R>, now: number) => C): Promise<C> {
    return this.#queue.run(documentsIn(reads), async () => {
      const first = await this.#tryRecent(reads, decide)
      if (first !== undefined) return first
      let written: AllWrites = new Map()
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        if (tries > 1) await wait(Math.random() * Math.min(tries, LONGEST_WAIT))
        const step = await this.#readStep(reads, written)
        const changes = decide(step.found, step.now)
        written = writesOf(changes)
        if (written.size === 0 || await this.#commit(step, written)) return changes
      }
      throw new StoreAwayError('other processes kept changing what the request is about')
    })
  }

  /** Takes a step with documents that were read before. `undefined` when they are not known, or it has to be tried with newer ones. */
  async #tryRecent<R extends Reads, C extends Changes> (reads: R, decide: (found: Found<R>, now: number) => C): Promise<C | undefined> {
    const reading = this.#recent.readingOf(reads)
    if (reading === undefined) return undefined
    const [found, now, clock] = [reading.found(), timeOf(this.setting('clock'), this.machineTime()), this.#settings.stored('clock')]
    let changes: C
    try {
      changes = decide(found, now)
    } catch {
      return undefined
    }
    const written = writesOf(changes)
    return written.size > 0 && await this.#commit({ reading, found, now, clock }, written) ? changes : undefined
  }

  async list<C extends Collection> (collection: C): Promise<readonly Documents[C][]> {
    const request = new ReadRequest(this.#keys)
    const valuesIn = request.all(collection)
    const { reply } = await this.#read(request)
    return inOrder(valuesIn(reply)).map(({ document }) => document as Documents[C])
  }

  async snapshot (): Promise<Snapshot> {
    const request = new ReadRequest(this.#keys)
    const all = collections.map(name => [name, request.all(name)] as const)
    const { reply, now } = await this.#read(request)
    const documents = all.map(([name, valuesIn]) => [name, inOrder(valuesIn(reply)).map(({ document }) => document)])
    return { documents: Object.fromEntries(documents) as Snapshot['documents'], now }
  }

  async count (collection: Collection): Promise<number> {
    const key = this.#keys.documents(collection)
    return await this.#engine.send(key, ['HLEN', key]) as number
  }

  async evicted (collection: BoundedCollectionName): Promise<number> {
    const { meta } = this.#keys
    return Number(await this.#engine.send(meta, ['HGET', meta, `${collection}:evicted`]) ?? 0)
  }

  async firstDue (): Promise<DueItem | undefined> {
    const { values: [first] } = await this.#readRange('due', indexNames.time, { limit: 1 })
    return typeof first === 'string' ? parseStored<DueItem>(first).document : undefined
  }

  setting<N extends SettingName> (name: N): Settings[N] {
    return this.#settings.get(name)
  }

  machineTime (): number {
    return this.#engine.time.now()
  }

  async revisions (): Promise<StoreRevisions> {
    const { meta } = this.#keys
    const [documents, settings] = await this.#engine.send(meta, ['HMGET', meta, 'documents', 'settings']) as [string | null, string | null]
    return { documents: Number(documents ?? 0), settings: Number(settings ?? 0) }
  }

  async lead (): Promise<boolean> {
    return !this.#closed && await this.#lease.take()
  }

  async changed (): Promise<void> {
    await this.#listeners.changed()
  }

  onWake (listener: () => void): void {
    this.#listeners.onWake(listener)
  }

  /** Takes a setting as the engine has just sent it. */
  refresh (name: SettingName, value: string | null): void {
    this.#settings.take(name, value)
  }

  close (): void {
    if (this.#closed) return
    this.#closed = true
    this.#unsubscribe()
    this.#listeners.close()
    this.#lease.release()
  }

  async #read (request: ReadRequest): Promise<{ reply: ScriptReply, now: number }> {
    const reply = await this.#engine.run(readScript, request.keys, request.args) as ScriptReply
    const machineTime = this.#engine.time.observe(reply[0])
    this.#settings.take('clock', reply[1])
    return { reply, now: timeOf(this.#settings.get('clock'), machineTime) }
  }

  async #readRange (collection: Collection, name: string, options: RangeOptions): Promise<RangeReply> {
    const request = new ReadRequest(this.#keys)
    const rangeIn = request.range(collection, name, options)
    const { reply } = await this.#read(request)
    return rangeIn(reply)
  }

  /**
   * Reads what a step reads.
   * @param written what it has written when it was tried before: that is read too, so that its index entries are known
   */
  async #readStep (reads: Reads, written: AllWrites): Promise<Step> {
    const reading = new StepReading()
    const request = new ReadRequest(this.#keys)
    const takes = [reading.request(reads, request)]
    for (const [name, { deletes, puts }] of written) {
      const { [name]: read } = reads
      const more = [...deletes, ...puts.map(({ id }) => id)].filter(id => !Array.isArray(read) || !read.includes(id))
      if (more.length > 0) takes.push(reading.requestMore(name, [...new Set(more)], request))
    }
    const { reply, now } = await this.#read(request)
    const clock = this.#settings.stored('clock')
    for (const take of takes) take(reply)
    if (Array.isArray(reads.settings)) this.#settings.takeAll(reading.documents('settings'))
    const found = reading.found()
    if (hasPages(reads)) Object.assign(found, await readPages(reads, async (...range) => this.#readRange(...range)))
    return { reading, found, now, clock }
  }

  /** Writes what a step has decided. Returns whether it was written: not if something has changed since it was read. */
  async #commit ({ reading, now, clock }: Step, written: AllWrites): Promise<boolean> {
    await this.#readDeleted(reading, written)
    for (const [name, { puts }] of written) {
      // most documents that were not read are new; if one is not, the check fails, and it is read the next time
      for (const { id } of puts) if (!reading.has(name, id)) reading.documents(name).set(id, undefined)
    }
    const commit = new CommitRequest(this.#keys)
    reading.check(commit)
    if (!reading.has('settings', 'clock')) commit.check('settings', [['clock', clock]])
    for (const [name, writes] of written) commit.write(name, writes, reading.documents(name), this.#bounds[name], now)
    const { changed } = commit
    if (changed.size === 0) return true
    const settings = (written.get('settings')?.puts ?? []) as Settings[SettingName][]
    const wakes = isWaking(changed, settings)
    if (wakes) commit.wake(this.#id)
    const [revision, ...evicted] = await this.#engine.run(commitScript, commit.keys, commit.args) as [number, ...BoundedCollectionName[]]
    if (revision === 0) return false
    if (revision < 0) throw new StoreAwayError('the state that the request is about is gone')
    this.#recent.take(reading, written, revision)
    for (const setting of settings) this.#settings.put(setting, revision)
    for (const name of evicted) this.#bounds[name]?.onEviction?.()
    if (wakes) this.#listeners.wake()
    else this.#listeners.change()
    return true
  }

  /** Reads the documents that are deleted without having been read: most of them are there. */
  async #readDeleted (reading: StepReading, written: AllWrites): Promise<void> {
    const request = new ReadRequest(this.#keys)
    const takes: ((reply: ScriptReply) => void)[] = []
    for (const [name, { deletes }] of written) {
      const unread = [...new Set(deletes)].filter(id => !reading.has(name, id))
      if (unread.length > 0) takes.push(reading.requestMore(name, unread, request))
    }
    if (takes.length === 0) return
    const { reply } = await this.#read(request)
    for (const take of takes) take(reply)
  }
}

/** A step that has read. */
interface Step {
  readonly reading: StepReading
  readonly found: Found
  readonly now: number
  /** The clock by which `now` is. */
  readonly clock: { readonly version: string } | undefined
}
