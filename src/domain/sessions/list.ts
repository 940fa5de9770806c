import { Type } from '@sinclair/typebox'
import { Pagination } from '../../contract/paging.js'
import { ref, schemaOf } from '../../contract/schema.js'
import type { Decision } from '../decision.js'
import type { PageRead, Page } from '../store.js'
import { type Environment, Session, type SessionStatus } from './session.js'

/** Which sessions a list has: those that fit every field. It is plain data, so that any store can search by it. */
export interface SessionFilter {
  readonly environment: Environment
  readonly status?: SessionStatus | undefined
  /** The whole external reference. */
  readonly external_ref?: string | undefined
  /** A part of the ID or of the external reference, in upper or lower case. */
  readonly q?: string | undefined
}

/** A page of sessions. */
export interface SessionList {
  /** The sessions of the page, the newest first. */
  data: readonly Session[]
  /** Where the page stands in the whole list. */
  pagination: Pagination
}

export const SessionList = schemaOf<SessionList>()(Type.Object({
  data: Type.Unsafe<readonly Session[]>(Type.Array(ref(Session), { description: 'The sessions of the page, the newest first' })),
  pagination: ref(Pagination)
}, { $id: 'SessionList', description: 'A page of sessions' }))

/** The test of a filter besides its environment and its `q`; `undefined` when every session of the environment passes. */
export function sessionTest ({ status, external_ref: externalRef }: SessionFilter): ((session: Session) => boolean) | undefined {
  if (status === undefined && externalRef === undefined) return undefined
  return session => (status === undefined || session.status === status) &&
    (externalRef === undefined || session.external_ref === externalRef)
}

/** What a filter looks for in `searchText`. */
export function searchOf ({ q }: SessionFilter): string | undefined {
  return q?.toLowerCase()
}

/** The text in which `q` is looked for: the ID and the external reference, on a line each. */
export function searchText ({ id, external_ref: externalRef }: Session): string {
  // join, and no template: V8 would keep the parts, and each search would have to follow them
  return [id.toLowerCase(), externalRef?.toLowerCase() ?? ''].join('\n')
}

/** Lists the sessions of a page. */
export function listSessions ({ documents, total }: Page<Session>, { limit, offset }: PageRead<SessionFilter>['newest']): Decision<SessionList> {
  return { events: [], response: { status: 200, body: { data: documents, pagination: { total, limit, offset } } } }
}
