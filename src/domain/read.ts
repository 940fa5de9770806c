import type { Found, Reads, Store } from './store.js'

/** Reads documents in one step, and writes nothing. */
export async function read<R extends Reads> (store: Store, reads: R): Promise<Found<R>> {
  const { found } = await store.transact(reads, found => ({ puts: {}, found }))
  return found
}
