import type { Event } from './events.js'
import type { Documents } from './store.js'

/** What an operation decides: what to write, what happened, and what to respond. It takes effect as a whole or not at all. */
export interface Decision<Body = unknown> {
  /** The documents to write, by collection. One with the ID of another replaces it. */
  puts?: { readonly [C in keyof Documents]?: readonly Documents[C][] }
  /** The IDs of the documents to delete, by collection. */
  deletes?: { readonly [C in keyof Documents]?: readonly string[] }
  events: readonly Event[]
  response: Result<Body>
}

/** The result of an executed operation, which a replay responds with again. The body is held, not copied. */
export interface Result<Body = unknown> {
  status: number
  body: Body
}
