import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { timeOf } from '../../domain/clock.js'
import type { SettingName, Settings } from '../../domain/settings.js'
import type {
  BoundedCollectionName, Changes, Collection, Documents, Found, Reads, Snapshot, Store, StoreRevisions
} from '../../domain/store.js'
import { StoreAwayError } from '../../domain/store-away.js'
import type { DueItem } from '../../domain/due-item.js'
import { isWaking } from '../effects.js'
import type { Bounds } from '../bounds.js'
import { ChangeListeners } from './change-listeners.js'
import { type AllWrites, CommitRequest, writesOf } from './commit-request.js'
import type { Engine } from './engine.js'
import { KeyedQueue, type Release } from './keyed-queue.js'
import { collections, indexNames, parseStored, type WorldKeys } from './layout.js'
import { Lease } from './lease.js'
import { RecentDocuments } from './recent-documents.js'
import { commitScript, turnScript } from './scripts.js'
import { SettingsCache } from './settings-cache.js'
import { documentsIn } from './step-reads.js'
import { type Step, WorldReader } from './world-reader.js'

export interface ValkeyStoreOptions {
  engine: Engine
  keys: WorldKeys
  bounds: Readonly<Record<BoundedCollectionName, Bounds>>
}

/** How often a step is tried when other processes change what it has read. */
const MAX_TRIES = 50

/** After how many tries, again and again, a step asks for its turn, and for how many revisions. */
const [TURN_EVERY, TURN] = [8, '20']

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
  /** The ID of this process, which no other process has. */
  readonly #id = randomBytes(9).toString('base64url')
  readonly #queue = new KeyedQueue()
  readonly #settings = new SettingsCache()
  readonly #reader: WorldReader
  readonly #recent = new RecentDocuments()
  readonly #listeners = new ChangeListeners()
  readonly #lease: Lease
  readonly #unsubscribe: () => void
  /** How many commits this process has sent: their versions have this number. */
  #commits = 0
  #closed = false

  constructor ({ engine, keys, bounds }: ValkeyStoreOptions) {
    this.#engine = engine
    this.#keys = keys
    this.#bounds = bounds
    this.#reader = new WorldReader(engine, keys, this.#settings)
    this.#lease = new Lease(engine, keys.lease, this.#id)
    this.#unsubscribe = engine.subscribe(keys.wake, sender => {
      if (sender !== this.#id) this.#listeners.wake()
    })
  }

  async transact<R extends Reads, C extends Changes> (reads: R, decide: (found: Found<R>, now: number) => C): Promise<C> {
    const names = documentsIn(reads)
    return await this.#queue.run(names, async release => this.#tryRecent(reads, names, decide, release)) ??
      await this.#queue.run(names, async () => this.#repeat(reads, decide))
  }

  /**
   * Tries a step with the documents that this process has sent last, without waiting for the commit that writes them: if that fails, so
   * does the commit of this step. Returns `undefined` when the documents have to be read: one is not known, another process has changed
   * one, or the step writes nothing.
   */
  async #tryRecent<R extends Reads, C extends Changes> (
    reads: R, names: readonly string[], decide: (found: Found<R>, now: number) => C, release: Release
  ): Promise<C | undefined> {
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
    if (written.size === 0) return undefined
    const isWritten = await this.#commit({ reading, found, now, clock, isFresh: false }, written, () => {
      for (const name of names) if (this.#recent.has(name)) release(name)
    })
    return isWritten ? changes : undefined
  }

  /** Takes a step until it is written, reading the documents each time. */
  async #repeat<R extends Reads, C extends Changes> (reads: R, decide: (found: Found<R>, now: number) => C): Promise<C> {
    let written: AllWrites = new Map()
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      if (tries > 1) await wait(Math.random() * Math.min(tries, LONGEST_WAIT))
      // steps of another process that follow each other without a pause would leave it none
      if (tries % TURN_EVERY === TURN_EVERY - 1) await this.#engine.run(turnScript, [this.#keys.meta], [TURN])
      const step = await this.#reader.readStep(reads, written)
      const changes = decide(step.found, step.now)
      written = writesOf(changes)
      if (written.size === 0 || await this.#commit(step, written)) return changes
    }
    throw new StoreAwayError('other processes kept changing what the request is about')
  }

  async list<C extends Collection> (collection: C): Promise<readonly Documents[C][]> {
    const { documents } = await this.#reader.readWhole([collection])
    return documents[collection]
  }

  async snapshot (): Promise<Snapshot> {
    return this.#reader.readWhole(collections)
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
    const { values: [first] } = await this.#reader.readRange('due', indexNames.time, { limit: 1 })
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

  get isClosed (): boolean {
    return this.#closed
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

  /**
   * Writes what a step has decided. Returns whether it was written: not if something has changed since it was read.
   * @param onSent called when the commit is sent, and its documents are among the recent ones
   */
  async #commit ({ reading, now, clock, isFresh }: Step, written: AllWrites, onSent = (): void => undefined): Promise<boolean> {
    await this.#reader.readDeleted(reading, written)
    for (const [name, { puts }] of written) {
      // most documents that were not read are new; if one is not, the check fails, and it is read the next time
      for (const { id } of puts) if (!reading.has(name, id)) reading.documents(name).set(id, undefined)
    }
    const commit = new CommitRequest(this.#keys)
    reading.check(commit)
    if (!reading.has('settings', 'clock')) commit.check('settings', [['clock', clock]])
    for (const [name, writes] of written) commit.write(name, writes, reading.documents(name), this.#bounds[name], now)
    if (!isFresh) commit.checkTurn()
    const { changed } = commit
    if (changed.size === 0) return isFresh
    const settings = (written.get('settings')?.puts ?? []) as Settings[SettingName][]
    const wakes = isWaking([...changed], settings)
    if (wakes) commit.wake(this.#id)
    const version = `${this.#id}.${(++this.#commits).toString(36)}`
    const reply = this.#engine.run(commitScript, commit.keys, commit.args(version)) as Promise<CommitReply>
    this.#recent.take(reading, written, version)
    onSent()
    const evicted = await this.#evictedBy(reply, written)
    if (evicted === undefined) return false
    for (const setting of settings) this.#settings.put(setting, version)
    for (const name of evicted) this.#bounds[name]?.onEviction?.()
    if (wakes) this.#listeners.wake()
    else this.#listeners.change()
    return true
  }

  /**
   * Waits for the reply to a commit.
   * @returns the collections that have evicted documents too early; `undefined` when nothing was written
   */
  async #evictedBy (reply: Promise<CommitReply>, written: AllWrites): Promise<BoundedCollectionName[] | undefined> {
    let result: CommitReply[0] | undefined
    try {
      const [first, ...evicted] = await reply
      result = first
      if (result === -1) throw new StoreAwayError('the state that the request is about is gone')
      return result === 1 ? evicted : undefined
    } finally {
      if (result !== 1) this.#recent.forget(written)
    }
  }
}

/** What the script that commits returns. */
type CommitReply = [result: 1 | 0 | -1, ...evicted: BoundedCollectionName[]]
