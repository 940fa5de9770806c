import { Type } from '@sinclair/typebox'
import { Pagination } from '../../contract/paging.js'
import { ref, schemaOf } from '../../contract/schema.js'
import type { Decision } from '../decision.js'
import type { PageRead, Page } from '../store.js'
import { type Environment, Session, type SessionStatus } from './session.js'

/** A filter for lists of sessions: every field must match. It is plain data, so that any store can search by it. */
export interface SessionFilter {
  readonly environment: Environment
  readonly status?: SessionStatus | undefined
  /** The exact external reference. */
  readonly external_ref?: string | undefined
  /** A part of the ID or of the external reference, in upper or lower case. */
  readonly q?: string | undefined
}

/** A page of sessions. */
export interface SessionList {
  /** The sessions of the page, newest first. */
  data: readonly Session[]
  /** The position of the page in the whole list. */
  pagination: Pagination
}

export const SessionList = schemaOf<SessionList>()(Type.Object({
  data: Type.Unsafe<readonly Session[]>(Type.Array(ref(Session), { description: 'The sessions of the page, the newest first' })),
  pagination: ref(Pagination)
}, { $id: 'SessionList', description: 'A page of sessions' }))

/** The test of a filter, apart from its environment and its `q`; `undefined` if every session of the environment passes. */
export function sessionTest ({ status, external_ref: externalRef }: SessionFilter): ((session: Session) => boolean) | undefined {
  if (status === undefined && externalRef === undefined) return undefined
  return session => (status === undefined || session.status === status) &&
    (externalRef === undefined || session.external_ref === externalRef)
}

/** The text that a filter looks for in `searchText`. */
export function searchOf ({ q }: SessionFilter): string | undefined {
  return q?.toLowerCase()
}

/** The text that `q` searches: the ID and the external reference, each on its own line. */
export function searchText ({ id, external_ref: externalRef }: Session): string {
  // join instead of a template, because V8 would keep the parts, and each search would have to follow them
  return [id.toLowerCase(), externalRef?.toLowerCase() ?? ''].join('\n')
}

/** Lists the sessions of a page. */
export function listSessions ({ documents, total }: Page<Session>, { limit, offset }: PageRead<SessionFilter>['newest']): Decision<SessionList> {
  return { events: [], response: { status: 200, body: { data: documents, pagination: { total, limit, offset } } } }
}
