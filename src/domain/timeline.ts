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
}

export interface TimelineOptions {
  store: Store
  clock: Clock
  /** The handlers by type. */
  handlers: Readonly<Record<string, DueHandler>>
  /** Takes the events of what was carried out. */
  onEvents: (events: readonly Event[], item: DueItem) => void
  /** Takes the error of an item that could not be carried out. The item is dropped. */
  onError: (error: unknown, item: DueItem) => void
}

/** The longest wait that a timer of Node.js takes. */
const LONGEST_WAIT = 2 ** 31 - 1

/**
 * The one place where time makes things happen. Due items are carried out once, in the order of their time and then of their IDs.
 * While the clock runs, one timer, which keeps no process alive, waits for the next item. While it is frozen there is no timer, and
 * only what is due already is carried out. A clock that is moved back repeats nothing, since what was done is deleted.
 */
export class Timeline {
  readonly #options: TimelineOptions
  #timer: NodeJS.Timeout | undefined
  #tail: Promise<void> = Promise.resolve()
  #moving = false
  #scheduling = false
  #stopped = false

  constructor (options: TimelineOptions) {
    this.#options = options
    options.clock.onChange(() => {
      if (!this.#moving) this.schedule()
    })
  }

  /**
   * Moves the clock, and first carries out everything that is due by then, each item with the clock at its time. Resolves when
   * all of it is done. A move back only sets the clock.
   * @param timeAfter the time to move to, in milliseconds since 1970, by the time when the move begins
   */
  async moveTo (timeAfter: (now: number) => number): Promise<void> {
    await this.#enqueue(async () => {
      const { clock } = this.#options
      const time = timeAfter(clock.now())
      this.#moving = true
      try {
        await this.#carryOutUntil(time, item => {
          if (item.at > clock.now()) clock.set(item.at)
        })
        clock.set(time)
      } finally {
        this.#moving = false
      }
    })
    this.schedule()
  }

  /** Carries out what is due, then waits for what is due next. To be called when due items were put. */
  schedule (): void {
    if (this.#scheduling) return
    this.#scheduling = true
    void this.#enqueue(async () => {
      this.#scheduling = false
      const { clock, store } = this.#options
      await this.#carryOutUntil(clock.now())
      const next = await store.firstDue()
      clearTimeout(this.#timer)
      if (next === undefined || clock.frozen || this.#stopped) return
      this.#timer = setTimeout(() => this.schedule(), Math.min(Math.max(next.at - clock.now(), 0), LONGEST_WAIT)).unref()
    })
  }

  /** Stops for good: nothing more is carried out. */
  stop (): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  /** One task after the other; one that fails does not hold up the next. */
  async #enqueue (task: () => Promise<void>): Promise<void> {
    const done = this.#tail.then(task)
    this.#tail = done.catch(() => undefined)
    return done
  }

  async #carryOutUntil (time: number, before: (item: DueItem) => void = () => undefined): Promise<void> {
    for (;;) {
      const item = await this.#options.store.firstDue()
      if (item === undefined || item.at > time || this.#stopped) return
      before(item)
      await this.#carryOut(item)
    }
  }

  async #carryOut (item: DueItem): Promise<void> {
    const { store, handlers, onEvents, onError } = this.#options
    // not by identity: a store outside of this process returns another object each time
    const isPending = ({ due }: Found<{ due: string[] }>) => isDeepStrictEqual(due[0], item)
    try {
      const handler = handlers[item.type]
      if (handler === undefined) throw new Error(`no handler for due items of type ${item.type}`)
      const { events = [] } = await store.transact({ ...handler.reads(item), due: [item.id] }, (found): ReturnType<DueHandler['decide']> => {
        // it was cancelled, or put off
        if (!isPending(found)) return {}
        const changes = handler.decide(item, found)
        return { ...changes, deletes: { ...changes.deletes, due: [...changes.deletes?.due ?? [], item.id] } }
      })
      if (events.length > 0) onEvents(events, item)
    } catch (error) {
      await store.transact({ due: [item.id] }, found => isPending(found) ? { deletes: { due: [item.id] } } : {})
      onError(error, item)
    }
  }
}
