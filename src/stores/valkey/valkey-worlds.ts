import { randomInt } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { MAX_WINDOWS } from '../../domain/rate-limits.js'
import { initialSettings, keptSettings, type SettingName } from '../../domain/settings.js'
import { StoreAwayError } from '../../domain/store-away.js'
import type { Beginning, Worlds, WorldState } from '../../domain/worlds.js'
import type { WorldBounds } from '../bounds.js'
import type { Engine } from './engine.js'
import { workspaceKeys, WorldKeys } from './layout.js'
import { ValkeyJournal } from './valkey-journal.js'
import { ValkeyStore } from './valkey-store.js'
import { endScript, presentScript, switchScript } from './world-scripts.js'
import { beginWorld, KEPT, writeDocuments } from './write-world.js'

export interface ValkeyWorldsOptions extends WorldBounds {
  engine: Engine
  /** The name of the workspace: empty, or the digest of its API key. */
  workspace: string
}

/** A world that this process knows. */
interface KnownWorld extends WorldState {
  readonly store: ValkeyStore
  readonly keys: WorldKeys
  /** The first read of its settings. */
  settings?: Promise<unknown> | undefined
}

const settings = Object.keys(initialSettings) as SettingName[]

/** How often a switch to another world is tried while other processes switch too. */
const MAX_SWITCHES = 20

/** The worlds of a workspace on Valkey or Redis. All processes share the present world, and look it up for each request. */
export class ValkeyWorlds implements Worlds {
  readonly #options: ValkeyWorldsOptions
  readonly #keys: ReturnType<typeof workspaceKeys>
  #known: KnownWorld | undefined
  #reading: Promise<number | undefined> | undefined
  /** The first world, while it is being created. */
  #first: Promise<void> | undefined

  constructor (options: ValkeyWorldsOptions) {
    this.#options = options
    this.#keys = workspaceKeys(options.workspace)
  }

  async present (begin: (machineTime: number) => Beginning): Promise<WorldState> {
    for (let tries = 0; tries < MAX_SWITCHES; tries++) {
      const present = await this.#readOnce()
      if (present !== undefined) return this.#know(present)
      this.#first ??= this.#beginFirst(begin).finally(() => {
        this.#first = undefined
      })
      await this.#first
    }
    throw new StoreAwayError('other processes kept ending the state')
  }

  async replace (begin: (machineTime: number) => Beginning, keep: boolean): Promise<WorldState> {
    await this.#read() // to learn the time
    return this.#write(begin, async world => {
      for (let tries = 0; tries < MAX_SWITCHES; tries++) {
        const present = await this.#read()
        if (await this.#switch(present, world, keep)) return this.#know(world.generation, world)
      }
      throw new StoreAwayError('other processes kept replacing the state')
    })
  }

  /** Ends the present world, if there is one. The next request begins a new world. */
  async drop (): Promise<void> {
    const { engine, workspace } = this.#options
    const present = await this.#read()
    if (present === undefined) return
    const keys = [this.#keys.present, this.#keys.generations, ...new WorldKeys(workspace, present).all()]
    await engine.run(endScript, keys, [String(present), String(KEPT)])
  }

  /** Reads once for all calls in one turn of the event loop. */
  async #readOnce (): Promise<number | undefined> {
    this.#reading ??= nextTurn().then(async () => {
      this.#reading = undefined
      return this.#read()
    })
    return this.#reading
  }

  /** Reads the generation of the present world, the time, and the settings of the world that this process knows. */
  async #read (): Promise<number | undefined> {
    const { engine, workspace } = this.#options
    const known = this.#known
    const keys = known?.keys ?? new WorldKeys(workspace, 0)
    const [time, present, values] = await engine.run(presentScript, [this.#keys.present, keys.documents('settings')], settings) as
      [[string, string], string | null, (string | null)[]]
    engine.time.observe(time)
    settings.forEach((name, index) => known?.store.refresh(name, values[index] ?? null))
    return present === null ? undefined : Number(present)
  }

  /** The present world. It is the same object as long as the world is the same, and has the settings of the engine. */
  async #know (generation: number, world = this.#known): Promise<KnownWorld> {
    let known = this.#known
    // when a late request has entered an earlier world, the workspace closes the store of this one
    if (known?.generation !== generation || known.store.isClosed) {
      known?.store.close()
      known = this.#known = world?.generation === generation && !world.store.isClosed ? world : this.#open(generation)
    }
    known.settings ??= this.#read().catch((error: unknown) => {
      known.settings = undefined
      throw error
    })
    await known.settings
    return known
  }

  async #beginFirst (begin: (machineTime: number) => Beginning): Promise<void> {
    await this.#write(begin, async world => {
      if (await this.#switch(undefined, world, false)) await this.#know(world.generation, world)
    })
  }

  /**
   * Writes a new world. Unless it becomes the present one, it is closed in this process, and expires in the engine.
   * @param use makes the world the present one
   */
  async #write<T> (begin: (machineTime: number) => Beginning, use: (world: KnownWorld) => Promise<T>): Promise<T> {
    const { engine } = this.#options
    await engine.send(this.#keys.generations, ['SET', this.#keys.generations, String(randomInt(2 ** 32)), 'NX'])
    const generation = await engine.send(this.#keys.generations, ['INCR', this.#keys.generations]) as number
    const world = this.#open(generation)
    try {
      await beginWorld(engine, world.keys)
      const { bases, puts } = begin(engine.time.now())
      await writeDocuments(world.store, bases, puts)
      return await use(world)
    } finally {
      if (this.#known !== world) world.store.close()
    }
  }

  async #switch (present: number | undefined, { generation, keys }: KnownWorld, keep: boolean): Promise<boolean> {
    const { engine, workspace } = this.#options
    const old = new WorldKeys(workspace, present ?? 0)
    const named = [keys, old].flatMap(world => [world.meta, world.journal, world.documents('settings')])
    const [all, allOld] = [keys.all(), old.all()]
    const args = [String(present ?? ''), String(generation), String(all.length), String(KEPT), ...keep ? keptSettings : []]
    return await engine.run(switchScript, [this.#keys.present, ...named, ...all, ...allOld], args) === 1
  }

  #open (generation: number): KnownWorld {
    const { engine, workspace, idempotency, deliveries, maxJournalEntries, maxJournalBytes } = this.#options
    const keys = new WorldKeys(workspace, generation)
    const bounds = { idempotency, deliveries, rates: { max: MAX_WINDOWS, maxBytes: Number.MAX_SAFE_INTEGER } }
    return {
      generation,
      keys,
      store: new ValkeyStore({ engine, keys, bounds }),
      journal: new ValkeyJournal({ engine, keys, maxEntries: maxJournalEntries, maxBytes: maxJournalBytes })
    }
  }
}
