import { read } from './read.js'
import type { Found, Reads, Store } from './store.js'

/**
 * Waits until documents meet a condition, whichever process changes them, and returns them.
 * @param signal ends the wait early
 */
export async function until<R extends Reads> (
  store: Store, reads: R, test: (found: Found<R>) => boolean, signal: AbortSignal
): Promise<Found<R>> {
  for (;;) {
    // before the documents are read, so that no change is missed
    const changed = store.changed()
    const found = await read(store, reads)
    if (test(found) || signal.aborted) return found
    await changed
  }
}
