import { isDeepStrictEqual } from 'node:util'
import type { Clock } from './clock.js'
import type { Event, WebhookEvent } from './events.js'
import type { Changes, Found, Reads, Store } from './store.js'

/** Something that is to happen at a time: plain data, so that it can be saved with the world. */
export interface DueItem {
  readonly id: string
  /** When it is due, in milliseconds since 1970. */
  readonly at: number
  /** Which handler carries it out. */
  readonly type: string
  /** What it is about, such as the ID of a session. */
  readonly subject: string
}

/** The order of due items: by time, then by ID. */
export function compareDueItems (one: DueItem, other: DueItem): number {
  return one.at - other.at || (one.id < other.id ? -1 : 1)
}

/** Carries out the due items of a type. The step is taken at the item's time, whatever time it really is. */
export interface DueHandler<R extends Reads = Reads> {
  /** The events that the handler can cause and that are sent to webhook endpoints. */
  events?: readonly WebhookEvent[]
  reads: (item: DueItem) => R
  /** A pure function. The item itself is deleted in the same step. */
  decide: (item: DueItem, found: Found<R>) => Changes & { events?: readonly Event[] }
  /** What follows when the step is written: I/O. Other items do not wait for it; a move of the clock does. */
  effect?: (item: DueItem, found: Found<R>) => Promise<void>
}

export interface TimelineOptions {
  store: Store
  clock: Clock
  /** The handlers by type. */
  handlers: Readonly<Record<string, DueHandler>>
  /** Takes the error of an item that could not be carried out, or of its effect. The item is dropped. */
  onError: (error: unknown, item: DueItem) => void
}

/** The longest wait that a timer of Node.js takes. */
const LONGEST_WAIT = 2 ** 31 - 1

/** A move of the clock that is asked for or under way. */
interface Move {
  readonly timeAfter: (now: number) => number
  /** Where it leads to, once it has begun. */
  target: number | undefined
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * The one place where time makes things happen. Due items are carried out once, in the order of their time and then of their IDs.
 * While the clock runs, one timer, which keeps no process alive, waits for the next item. While it is frozen there is no timer, and
 * only what is due already is carried out. A clock that is moved back repeats nothing, since what was done is deleted.
 */
export class Timeline {
  readonly #options: TimelineOptions
  readonly #moves: Move[] = []
  #timer: NodeJS.Timeout | undefined
  /** How many effects are in flight. */
  #effects = 0
  #running = false
  #again = false
  #moving = false
  #stopped = false

  constructor (options: TimelineOptions) {
    this.#options = options
    options.clock.onChange(() => {
      if (!this.#moving) this.schedule()
    })
  }

  /**
   * Moves the clock, and first carries out everything that is due by then, each item with the clock at its time, and waits for the
   * effects before it goes on. Resolves when all of it is done. A move back only sets the clock. Moves are made one after the other.
   * @param timeAfter the time to move to, in milliseconds since 1970, by the time when the move begins
   */
  async moveTo (timeAfter: (now: number) => number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#moves.push({ timeAfter, target: undefined, resolve, reject })
      this.schedule()
    })
  }

  /** Resolves when nothing is due and no effect is in flight. */
  async settled (): Promise<void> {
    await this.moveTo(now => now)
  }

  /** Carries out what is due, then waits for what is due next. To be called when due items were put. */
  schedule (): void {
    this.#again = true
    if (!this.#running) void this.#run()
  }

  /** Counts something in flight as an effect, which moves of the clock wait for. */
  async track (effect: Promise<void>): Promise<void> {
    this.#effects++
    try {
      await effect
    } finally {
      this.#effects--
      this.schedule()
    }
  }

  /** Stops for good: nothing more is carried out. */
  stop (): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.schedule() // moves that wait for effects end
  }

  async #run (): Promise<void> {
    const { clock, store } = this.#options
    this.#running = true
    let next: DueItem | undefined
    do {
      this.#again = false
      while (await this.#step());
      next = await store.firstDue()
    } while (this.#again as boolean)
    this.#running = false
    clearTimeout(this.#timer)
    if (next === undefined || clock.frozen || this.#stopped) return
    this.#timer = setTimeout(() => this.schedule(), Math.min(Math.max(next.at - clock.now(), 0), LONGEST_WAIT)).unref()
  }

  /** Carries out one item, or takes a move one item further. Returns whether there may be more to do. */
  async #step (): Promise<boolean> {
    const { clock, store } = this.#options
    const item = this.#stopped ? undefined : await store.firstDue()
    if (item !== undefined && item.at <= clock.now()) {
      await this.#carryOut(item)
      return true
    }
    const [move] = this.#moves
    if (move === undefined || (this.#effects > 0 && !this.#stopped)) return false
    try {
      this.#take(move, item)
    } catch (error) {
      this.#moves.shift()
      move.reject(error)
    }
    return true
  }

  /** Moves the clock to the next item, or to the end of the move. */
  #take (move: Move, next: DueItem | undefined): void {
    const { clock } = this.#options
    if (move.target === undefined) {
      const target = move.timeAfter(clock.now())
      if (target < clock.now()) this.#set(target)
      move.target = target
    }
    const isLast = next === undefined || next.at > move.target
    const time = isLast ? move.target : next.at
    // a running clock may be past it: it never goes back on its way
    if (time > clock.now()) this.#set(time)
    if (!isLast) return
    this.#moves.shift()
    move.resolve()
  }

  #set (time: number): void {
    this.#moving = true
    this.#options.clock.set(time)
    this.#moving = false
  }

  async #carryOut (item: DueItem): Promise<void> {
    const { store, handlers, onError } = this.#options
    // not by identity: a store outside of this process returns another object each time
    const isPending = ({ due }: Found<{ due: string[] }>) => isDeepStrictEqual(due[0], item)
    try {
      const handler = handlers[item.type]
      if (handler === undefined) throw new Error(`no handler for due items of type ${item.type}`)
      const { carriedOut } = await store.transact({ ...handler.reads(item), due: [item.id] }, (found): Changes & { carriedOut?: Found } => {
        // it was cancelled, or put off
        if (!isPending(found)) return {}
        const { puts = {}, deletes } = handler.decide(item, found)
        return { puts, deletes: { ...deletes, due: [...deletes?.due ?? [], item.id] }, carriedOut: found }
      })
      if (carriedOut === undefined || handler.effect === undefined) return
      this.track(handler.effect(item, carriedOut)).catch((error: unknown) => onError(error, item))
    } catch (error) {
      await store.transact({ due: [item.id] }, found => isPending(found) ? { deletes: { due: [item.id] } } : {})
      onError(error, item)
    }
  }
}
