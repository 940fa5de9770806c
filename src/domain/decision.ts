import type { Event } from './events.js'
import type { Documents } from './store.js'

/** What an operation decides: the documents to write, the events, and the response. It takes effect as a whole or not at all. */
export interface Decision<Body = unknown> {
  /** The documents to write, by collection. They replace documents with the same ID. */
  puts?: { readonly [C in keyof Documents]?: readonly Documents[C][] }
  /** The IDs of the documents to delete, by collection. */
  deletes?: { readonly [C in keyof Documents]?: readonly string[] }
  events: readonly Event[]
  response: Result<Body>
}

/** The result of an executed operation, which replays return again. It references the body, without a copy. */
export interface Result<Body = unknown> {
  status: number
  body: Body
}
