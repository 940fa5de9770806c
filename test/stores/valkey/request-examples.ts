import type { Collection, Documents } from '../../../src/domain/store.js'
import type { CommitRequest } from '../../../src/stores/valkey/commit-request.js'
import { positionOf, valueOf, WorldKeys } from '../../../src/stores/valkey/layout.js'
import type { ScriptReply } from '../../../src/stores/valkey/read-request.js'

export const world = new WorldKeys('w', 1)
export const keyOf = (collection: Collection) => world.documents(collection)
export const token = (id: string) => ({ id, session_id: 'ses_a', link_id: null })

/** A document as the engine has it, written in a revision. */
export function fieldOf<C extends Collection> (collection: C, document: Documents[C], revision = 1, position = 0): string {
  return `${revision} ${String(revision).padStart(12, '0')}${positionOf(position)} ${valueOf(collection, document)}`
}

/** The reply of the script that reads. */
export const replyOf = (...found: unknown[]): ScriptReply => [['0', '0'], null, ...found]

/** The arguments of a commit of version `v`, one part a line. */
export function partsOf (request: CommitRequest, kinds = /^(check|size|count|turn|go|put|delete|add|remove|bound|wake)$/): string[][] {
  const parts: string[][] = []
  for (const arg of request.args('v')) {
    if (kinds.test(arg)) parts.push([])
    parts.at(-1)?.push(arg)
  }
  return parts.map(part => part.map((arg, index) => index === 1 && part[0] !== 'go' && part[0] !== 'wake' ? request.keys[Number(arg) - 1] as string : arg))
}
