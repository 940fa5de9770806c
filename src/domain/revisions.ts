import type { World } from './world.js'

/** Numbers that change when a part of a workspace does. Within a world they only grow. */
export interface Revisions {
  /** The number of the world. */
  world: number
  /** The journal. */
  requests: number
  /** Everything in the store that is not a setting. */
  documents: number
  /** The faults, the clock, and how webhooks are sent. */
  settings: number
}

/** The revisions of a world now. */
export async function revisionsOf ({ generation, journal, store }: World): Promise<Revisions> {
  const [requests, revisions] = await Promise.all([journal.revision(), store.revisions()])
  return { world: generation, requests, ...revisions }
}
