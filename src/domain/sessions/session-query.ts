import { Type } from '@sinclair/typebox'
import { DEFAULT_LIMIT } from '../../contract/paging.js'
import { oneOf, schemaOf } from '../../contract/schema.js'
import { read } from '../read.js'
import type { Page, Store } from '../store.js'
import { type Environment, type Session, type SessionStatus, statuses } from './session.js'

/** The sessions that the control plane lists: a page of those of one environment that match every given field. */
export interface SessionQuery {
  /** The environment; by default that of the API key, or without a key, the sandbox. */
  environment?: Environment
  /** The status. */
  status?: SessionStatus
  /** A part of the ID or of the external reference, in upper or lower case. */
  q?: string
  /** The exact external reference. */
  external_ref?: string
  /** The maximum number of sessions to return: 1 to 1,000, by default 50. */
  limit?: number
  /** The number of newest sessions to skip. */
  offset?: number
}

export const SessionQuery = schemaOf<SessionQuery>()(Type.Object({
  environment: Type.Optional(oneOf<Environment>(['live', 'sandbox'], {
    description: 'The environment of the sessions; by default that of the X-API-Key, without one the sandbox'
  })),
  status: Type.Optional(oneOf(statuses, { description: 'Sessions with this status' })),
  q: Type.Optional(Type.String({ description: 'Sessions with this in their ID or external reference, in upper or lower case' })),
  external_ref: Type.Optional(Type.String({ description: 'Sessions with exactly this external reference' })),
  limit: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000, description: `How many at most; by default ${DEFAULT_LIMIT}` })),
  offset: Type.Optional(Type.Integer({ minimum: 0, description: 'How many of the newest to skip' }))
}, { additionalProperties: false }))

/** Reads a page of sessions, the newest first. */
export async function querySessions (
  store: Store, { environment, limit = DEFAULT_LIMIT, offset = 0, ...filter }: SessionQuery & { environment: Environment }
): Promise<Page<Session>> {
  const newest = { where: { environment, ...filter }, offset, limit }
  const { sessions } = await read(store, { sessions: { newest } })
  return sessions
}
