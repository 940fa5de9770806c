import type { Event, WebhookEvent } from './events.js'
import type { Changes, Found, Reads } from './store.js'

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
  /**
   * What follows when the step is written: I/O. Other items do not wait for it; a move of the clock does. It is done once more when the
   * process ends in the middle of it.
   */
  effect?: (item: DueItem, found: Found<R>) => Promise<void>
}
