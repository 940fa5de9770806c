import { isDeepStrictEqual } from 'node:util'
import type { Clock } from './clock.js'
import { type ClockMove, type Move, moveOn } from './clock-move.js'
import type { DueHandler, DueItem } from './due-item.js'
import { newId } from './new-id.js'
import { settingIn } from './settings.js'
import { type Changes, type Found, LEASE, type Store } from './store.js'
import { StoreAwayError } from './store-away.js'
import { until } from './until.js'

export interface TimelineOptions {
  store: Store
  clock: Clock
  /** The handlers by type. */
  handlers: Readonly<Record<string, DueHandler>>
  /** Called with an error of an item or its effect, which is dropped; without an item, with an error of the store. */
  onError: (error: unknown, item?: DueItem) => void
}

/** The longest wait that a timer of Node.js takes. */
const LONGEST_WAIT = 2 ** 31 - 1

/** After how many milliseconds a leading process renews its lease, and another one checks whether it can lead. */
const LOOK_AGAIN = LEASE / 3

/**
 * The one place where time makes things happen. Due items are carried out once, in the order of their time and then of their IDs.
 * While the clock runs, one timer, which keeps no process alive, waits for the next item. While it is frozen there is no timer, and
 * only items that are already due are carried out. Moving the clock back repeats nothing, because finished items are deleted.
 *
 * One of the processes that share a store leads, and carries out everything. Another process that takes the lead repeats unfinished items.
 */
export class Timeline {
  readonly #options: TimelineOptions
  readonly #stop = new AbortController()
  /** The effects that are in flight in this process, by the IDs of their items. An item that was put again may have two. */
  readonly #effects = new Set<Pick<DueItem, 'id'>>()
  #timer: NodeJS.Timeout | undefined
  #running = false
  #again = false
  /** When this process last asked whether it leads, by `performance.now()`; -Infinity if it does not lead. */
  #ledAt = -Infinity

  constructor (options: TimelineOptions) {
    this.#options = options
    options.store.onWake(() => this.schedule())
  }

  /**
   * Moves the clock. On the way, carries out everything that is due by then, each item with the clock at its time, and waits for its
   * effects. Resolves when all of it is done. A move back only sets the clock. Moves are made one after the other.
   * @returns whether the move was made: it is refused if it leaves the range of times that can be written
   */
  async moveTo ({ set, advance = 0 }: ClockMove): Promise<boolean> {
    const { store } = this.#options
    const move: Move = { id: newId('move_'), set: set ?? null, advance, target: null, refused: false }
    await store.transact({}, () => ({ puts: { moves: [move] } }))
    const { moves: [after] } = await until(store, { moves: [move.id] }, ({ moves: [after] }) => after?.refused !== false, this.#stop.signal)
    if (after?.refused !== true) return true
    await store.transact({}, () => ({ deletes: { moves: [move.id] } }))
    return false
  }

  /** Resolves when nothing is due and no effect is in flight. */
  async settled (): Promise<void> {
    await this.moveTo({ advance: 0 })
  }

  /** Carries out all due items, then waits for the next one. */
  schedule (): void {
    this.#again = true
    if (!this.#running) void this.#run()
  }

  /** Stops permanently: nothing more is carried out, and `moveTo` no longer waits. */
  stop (): void {
    this.#stop.abort()
    clearTimeout(this.#timer)
  }

  get #stopped (): boolean {
    return this.#stop.signal.aborted
  }

  async #run (): Promise<void> {
    const { onError } = this.#options
    this.#running = true
    let wait = LOOK_AGAIN // when the store is away
    try {
      do {
        this.#again = false
        do wait = await this.#step(); while (wait === 0)
      } while (this.#again as boolean)
    } catch (error) {
      this.#ledAt = -Infinity
      // a store logs by itself that it is away
      if (!(error instanceof StoreAwayError)) onError(error)
    }
    this.#running = false
    clearTimeout(this.#timer)
    if (this.#stopped || wait === Infinity) return
    this.#timer = setTimeout(() => this.schedule(), Math.min(wait, LONGEST_WAIT)).unref()
  }

  /**
   * Carries out one item, or takes a move to the next item. Returns how many milliseconds to wait before the next step: 0 if there may be
   * more to do, Infinity to wait until the store wakes the timeline.
   */
  async #step (): Promise<number> {
    if (this.#stopped) return Infinity
    const { clock, store } = this.#options
    const leads = await this.#lead()
    const item = await store.firstDue()
    const untilDue = item === undefined ? Infinity : Math.max(item.at - clock.now(), 0)
    if (leads && item !== undefined && untilDue === 0) {
      await this.#carryOut(item)
      return 0
    }
    const moves = await store.count('moves')
    if (leads && moves > 0 && this.#effects.size === 0 && await this.#moveOn()) return 0
    const untilNext = clock.frozen && untilDue > 0 ? Infinity : untilDue
    if (!store.isShared) return untilNext
    const isBusy = this.#effects.size > 0 || moves > 0 || await store.count('running') > 0
    return isBusy || untilNext === 0 ? LOOK_AGAIN : untilNext
  }

  /** Whether this process leads. A process that has just taken the lead repeats unfinished items. */
  async #lead (): Promise<boolean> {
    const { store } = this.#options
    // not the time of the store, which stops after a failover to an engine whose clock is behind
    const askedAt = performance.now()
    if (askedAt < this.#ledAt + LOOK_AGAIN) return true
    const leads = await store.lead()
    // after that time, another process may have led and died
    const isRenewal = performance.now() < this.#ledAt + LEASE
    this.#ledAt = leads ? askedAt : -Infinity
    if (leads && !isRenewal) await this.#recover()
    return leads
  }

  /** Puts back items that another process, or this process before the store was away, has begun and not finished. */
  async #recover (): Promise<void> {
    const { store } = this.#options
    const running = await store.list('running')
    const here = new Set(Array.from(this.#effects, ({ id }) => id))
    for (const { id } of running) {
      if (here.has(id)) continue
      await store.transact({ running: [id], due: [id] }, ({ running: [item], due: [again] }) => {
        if (item === undefined) return {}
        return { deletes: { running: [id] }, puts: { due: again === undefined ? [item] : [] } }
      })
    }
  }

  /** Takes the first move to the next item, or to its end. Returns whether there is one. */
  async #moveOn (): Promise<boolean> {
    const { store } = this.#options
    const first = (await store.list('moves')).find(({ refused }) => !refused)
    if (first === undefined) return false
    // read again: an item may have been put after the first read, and before the move
    const next = await store.firstDue()
    await store.transact({ moves: [first.id], settings: ['clock'] }, ({ moves: [move], ...found }, now) =>
      move === undefined ? {} : moveOn(move, next, settingIn(found, 'clock'), now, store.machineTime()))
    return true
  }

  async #carryOut (item: DueItem): Promise<void> {
    const { store, onError } = this.#options
    try {
      await this.#execute(item)
    } catch (error) {
      if (error instanceof StoreAwayError) throw error
      onError(error, item) // first: the store may be away when the item is dropped
      await store.transact({ due: [item.id] }, ({ due: [due] }) => isDeepStrictEqual(due, item) ? { deletes: { due: [item.id] } } : {})
    }
  }

  async #execute (item: DueItem): Promise<void> {
    const { store, handlers } = this.#options
    const handler = handlers[item.type]
    if (handler === undefined) throw new Error(`no handler for due items of type ${item.type}`)
    const { found } = await store.transact({ ...handler.reads(item), due: [item.id] }, (found): Changes & { found?: Found } => {
      // it was cancelled or postponed; not compared by identity, because a shared store returns another object each time
      if (!isDeepStrictEqual(found.due[0], item)) return {}
      const { puts, deletes } = handler.decide(item, found)
      return {
        puts: handler.effect === undefined ? puts ?? {} : { ...puts, running: [item] },
        deletes: { ...deletes, due: [...deletes?.due ?? [], item.id] },
        found
      }
    })
    if (found !== undefined && handler.effect !== undefined) void this.#follow(item, handler.effect(item, found))
  }

  /** Waits for the effect of an item. */
  async #follow (item: DueItem, effect: Promise<void>): Promise<void> {
    const { store, onError } = this.#options
    const inFlight = { id: item.id }
    this.#effects.add(inFlight)
    try {
      await effect.catch((error: unknown) => {
        if (error instanceof StoreAwayError) throw error
        if (!this.#stopped) onError(error, item)
      })
      if (this.#stopped) return // another process repeats it
      // it may have postponed itself, and be in progress again
      await store.transact({ running: [item.id] }, ({ running: [running] }) =>
        isDeepStrictEqual(running, item) ? { deletes: { running: [item.id] } } : {})
    } catch (error) {
      if (error instanceof StoreAwayError) this.#ledAt = -Infinity // when the store is back, the item is put back
      else onError(error, item)
    } finally {
      this.#effects.delete(inFlight)
    }
    this.schedule()
  }
}
