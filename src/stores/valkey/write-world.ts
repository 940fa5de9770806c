import type { Collection, Documents } from '../../domain/store.js'
import type { WorldKeys } from './layout.js'
import type { Engine } from './engine.js'
import { beginScript } from './scripts.js'
import type { ValkeyStore } from './valkey-store.js'

/** How long a world is kept that is not the present one, in milliseconds: for requests that take that long. */
export const KEPT = 15 * 60 * 1_000

/** How many documents are written together. */
const CHUNK = 500

/** Makes an empty world. It expires, until it becomes the present one: the process may end before that. */
export async function beginWorld (engine: Engine, keys: WorldKeys): Promise<void> {
  await engine.run(beginScript, [keys.meta], [String(KEPT)])
}

/** Writes the documents with which a world begins. */
export async function writeDocuments (store: ValkeyStore, documents: Iterable<readonly [Collection, Iterable<Documents[Collection]>]>): Promise<void> {
  for (const [name, all] of documents) {
    let chunk: Documents[Collection][] = []
    const write = async () => store.transact({}, () => ({ puts: { [name]: chunk } }))
    for (const document of all) {
      chunk.push(document)
      if (chunk.length < CHUNK) continue
      await write()
      chunk = []
    }
    if (chunk.length > 0) await write()
  }
}
