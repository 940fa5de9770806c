import type { World } from './world.js'

/** Numbers that change when a part of a workspace does. Within a world they only grow. */
export interface Revisions {
  /** Which world it is. */
  world: number
  /** The journal. */
  requests: number
  /** Everything in the store. */
  documents: number
  /** The faults, the clock, and how webhooks are sent. */
  settings: number
}

/** The revisions of a world now. */
export async function revisionsOf ({ generation, journal, store, faults, clock, webhooks }: World): Promise<Revisions> {
  const [requests, documents] = await Promise.all([journal.revision(), store.revision()])
  return {
    world: generation,
    requests,
    documents,
    settings: faults.revision + clock.revision + webhooks.revision // each of them only grows, so their sum does
  }
}
