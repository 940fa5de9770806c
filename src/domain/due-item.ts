import type { Event, WebhookEvent } from './events.js'
import type { Changes, Found, Reads } from './store.js'

/** Something to happen at a certain time: plain data, so that it can be saved with the world. */
export interface DueItem {
  readonly id: string
  /** When it is due, in milliseconds since 1970. */
  readonly at: number
  /** The handler that carries it out. */
  readonly type: string
  /** The subject, such as the ID of a session. */
  readonly subject: string
}

/** The order of due items: by time, then by ID. */
export function compareDueItems (one: DueItem, other: DueItem): number {
  return one.at - other.at || (one.id < other.id ? -1 : 1)
}

/** Carries out the due items of a type. The step gets the item's time, even if it is carried out later. */
export interface DueHandler<R extends Reads = Reads> {
  /** The events of the handler that are sent to webhook endpoints. */
  events?: readonly WebhookEvent[]
  reads: (item: DueItem) => R
  /** A pure function. The item itself is deleted in the same step. */
  decide: (item: DueItem, found: Found<R>) => Changes & { events?: readonly Event[] }
  /**
   * Does I/O after the step is written. Other items do not wait for it, but moves of the clock do. If the process ends in the middle of it,
   * it is repeated.
   */
  effect?: (item: DueItem, found: Found<R>) => Promise<void>
}
