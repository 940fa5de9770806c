import { randomBytes } from 'node:crypto'
import type { Collection } from '../../domain/store.js'
import { StoreAwayError } from '../../domain/store-away.js'
import type { AnyDocument } from './commit-request.js'
import type { Engine } from './engine.js'
import { parseStored, type Stored, type WorldKeys } from './layout.js'
import { PORTION, type ScriptReply } from './read-request.js'
import { script } from './scripts.js'
import { inOrder, sorted } from './step-reads.js'

/** How long the engine keeps a copy that nobody has deleted, in milliseconds: a process may end while it reads. */
const COPY_KEPT = 5 * 60 * 1_000

/**
 * Reads whole collections at one moment. KEYS[1] is the hash of settings; then each collection has two keys: that of its hash, and that of
 * a copy. A collection with more than ARGV[1] documents is copied, for ARGV[2] milliseconds, because a script that sends it would keep all
 * others waiting several times as long. The reply has the time, the clock, and then for each collection its documents, or how many its copy
 * has. An engine that refuses to write sends the documents in any case.
 */
const wholeScript = script(`
local call = redis.call
local reply = { call('TIME'), call('HGET', KEYS[1], 'clock') }
for n = 2, #KEYS, 2 do
  local size, copied = call('HLEN', KEYS[n]), 0
  if size > tonumber(ARGV[1]) then copied = redis.pcall('COPY', KEYS[n], KEYS[n + 1]) end
  if copied == 1 then
    call('PEXPIRE', KEYS[n + 1], ARGV[2])
    reply[#reply + 1] = size
  else
    reply[#reply + 1] = call('HVALS', KEYS[n])
  end
end
return reply
`)

/** All documents of a collection at one moment: their values, or the key of a copy that has so many. */
export type Part = readonly string[] | { readonly copy: string, readonly size: number }

/** The time, the clock, and all documents of some collections, as they are at one moment. */
export interface WholeCollections {
  readonly time: ScriptReply[0]
  readonly clock: ScriptReply[1]
  readonly parts: readonly (readonly [Collection, Part])[]
}

export async function openWhole (engine: Engine, world: WorldKeys, collections: readonly Collection[]): Promise<WholeCollections> {
  const id = randomBytes(9).toString('base64url')
  const keys = [world.documents('settings'), ...collections.flatMap(name => [world.documents(name), world.copy(name, id)])]
  const [time, clock, ...found] = await engine.run(wholeScript, keys, [String(PORTION), String(COPY_KEPT)]) as ScriptReply
  const parts = collections.map((name, index) => {
    const part = found[index] as string[] | number
    return [name, typeof part === 'number' ? { copy: world.copy(name, id), size: part } : part] as const
  })
  return { time, clock, parts }
}

/** The documents of a part in their order. Of a copy, it reads portions, so that neither engine nor process stops, and then deletes it. */
export async function readPart (engine: Engine, part: Part): Promise<readonly AnyDocument[]> {
  const stored = 'copy' in part ? sorted(await readCopy(engine, part)) : inOrder(part)
  return stored.map(({ document }) => document)
}

async function readCopy (engine: Engine, { copy, size }: Exclude<Part, readonly string[]>): Promise<Stored<AnyDocument>[]> {
  const documents = new Map<string, Stored<AnyDocument>>() // a scan may send a field twice
  let cursor = '0'
  do {
    const [next, fields] = await engine.send(copy, ['HSCAN', copy, cursor, 'COUNT', String(PORTION)]) as [string, string[]]
    for (let at = 0; at < fields.length; at += 2) documents.set(fields[at] as string, parseStored(fields[at + 1] as string))
    cursor = next
  } while (cursor !== '0')
  if (documents.size < size) throw new StoreAwayError('the copy of the state was lost before all of it was read')
  engine.send(copy, ['UNLINK', copy]).catch(() => undefined) // it expires
  return [...documents.values()]
}
