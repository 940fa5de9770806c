import type { Base, Bases } from '../../domain/fixtures/base.js'
import type { Changes, Collection } from '../../domain/store.js'
import type { AnyDocument } from './commit-request.js'
import type { Engine } from './engine.js'
import type { WorldKeys } from './layout.js'
import type { ValkeyStore } from './valkey-store.js'
import { beginScript } from './world-scripts.js'

/** How long a world is kept after it is replaced, in milliseconds, for requests that are still in progress. */
export const KEPT = 15 * 60 * 1_000

/** How many documents are written together. */
const CHUNK = 500

/** Creates an empty world. It expires unless it becomes the present one, because the process may end before that. */
export async function beginWorld (engine: Engine, keys: WorldKeys): Promise<void> {
  await engine.run(beginScript, [keys.meta], [String(KEPT)])
}

/** Writes the documents with which a world begins, in their order. */
export async function writeDocuments (store: ValkeyStore, bases: Partial<Bases>, puts: Changes['puts'] = {}): Promise<void> {
  for (const name in bases) {
    const base = bases[name as keyof Bases] as Base<AnyDocument>
    await writeAll(store, name as Collection, Array.from(base.ids(), id => base.get(id) as AnyDocument))
  }
  for (const name in puts) await writeAll(store, name as Collection, puts[name as Collection] ?? [])
}

async function writeAll (store: ValkeyStore, name: Collection, documents: readonly AnyDocument[]): Promise<void> {
  for (let start = 0; start < documents.length; start += CHUNK) {
    await store.transact({}, () => ({ puts: { [name]: documents.slice(start, start + CHUNK) } }))
  }
}
