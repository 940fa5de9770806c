import { apiError } from '../../contract/errors.js'
import type { Decision } from '../decision.js'
import type { SessionDocuments } from '../fixtures/complete-fixtures.js'
import type { Fixture } from '../fixtures/fixture.js'
import type { NamedFixture } from '../fixtures/fixture-set.js'
import { toFixtures } from '../fixtures/saved-fixtures.js'
import { read } from '../read.js'
import type { Changes, Found, Store } from '../store.js'
import { applyAndNotify } from '../webhooks/apply-and-notify.js'
import type { World } from '../world.js'
import { tokenOf } from './capture.js'
import { expiriesAfter, expiryId } from './expiry.js'
import type { SessionLinks } from './links.js'
import { type ReplacementParts, replacementOf } from './replacement.js'
import type { ResultDocument } from './result.js'
import type { Session } from './session.js'

/** Sessions to add, with everything that belongs to them. */
export type AddedSessions = Pick<SessionDocuments, 'sessions'> & Partial<SessionDocuments>

/**
 * Adds sessions and everything that belongs to them, all or none. The sessions expire with their tokens.
 * @throws ApiError 409 if a session with one of the IDs exists, in either environment
 */
export async function addSessions (store: Store, added: AddedSessions): Promise<void> {
  const { sessions } = added
  await store.transact({ sessions: sessions.map(({ id }) => id) }, (found, now) => {
    const taken = found.sessions.find(session => session !== undefined)
    if (taken !== undefined) throw apiError('sessionExists', { id: taken.id })
    return { puts: { ...added, due: expiriesAfter(now, sessions) } }
  })
}

/**
 * Replaces a session of either environment, and everything that belongs to it. Like adding a session, this causes no event. The session
 * expires with its token.
 * @throws ApiError 404 if the session does not exist
 */
export async function replaceSession (store: Store, fixture: NamedFixture, parts: ReplacementParts): Promise<Session> {
  const { id } = fixture
  const { after } = await store.transact({ sessions: [id], tokens: { of: id } }, ({ sessions: [before], tokens }) => {
    if (before === undefined) throw apiError('sessionNotFound')
    return replacementOf(before, tokens, fixture, parts)
  })
  return after
}

/**
 * Removes a session of either environment, and everything that belongs to it.
 * @throws ApiError 404 if the session does not exist
 */
export async function removeSession (store: Store, id: string): Promise<void> {
  await store.transact({ sessions: [id], links: [id] }, found => {
    if (found.sessions[0] === undefined) throw apiError('sessionNotFound')
    return { deletes: removalOf([id], found) }
  })
}

/** The documents to delete with sessions. Earlier tokens stay: they no longer find a session. */
export function removalOf (
  ids: readonly string[], { sessions, links }: Found<{ sessions: string[], links: string[] }>
): NonNullable<Changes['deletes']> {
  const urls = [...sessions.map(session => session?.capture_url ?? ''), ...links.flatMap(its => its?.links.map(link => link.capture_url) ?? [])]
  return { sessions: ids, results: ids, captures: ids, links: ids, tokens: urls.map(tokenOf), due: ids.map(expiryId) }
}

/**
 * Changes a session of either environment in one step, as an operation does. Returns the changed session.
 * @throws ApiError 404 if the session does not exist, and whatever `decide` throws
 */
export async function changeSession (
  world: Pick<World, 'store' | 'webhooks'>, id: string,
  decide: (session: Session, now: number, result: ResultDocument | undefined, links: SessionLinks | undefined) => Decision<Session>
): Promise<Session> {
  const { result } = await applyAndNotify(world, {
    claim: undefined,
    reads: { sessions: [id], results: [id], links: [id] },
    decide: ({ sessions: [session], results: [result], links: [links] }, now) => {
      if (session === undefined) throw apiError('sessionNotFound')
      return decide(session, now, result, links)
    }
  })
  return result.body as Session
}

/**
 * Finds a session of either environment.
 * @throws ApiError 404 if the session does not exist
 */
export async function findSession (store: Store, id: string): Promise<Session> {
  const { sessions: [session] } = await read(store, { sessions: [id] })
  if (session === undefined) throw apiError('sessionNotFound')
  return session
}

/**
 * Finds a session of either environment, with everything that belongs to it, as in a saved state.
 * @throws ApiError 404 if the session does not exist
 */
export async function findFixture (store: Store, id: string): Promise<Fixture> {
  const { tokens, ...found } = await read(store, { sessions: [id], results: [id], captures: [id], links: [id], tokens: { of: id } })
  const there = <T>(documents: readonly (T | undefined)[]) => documents.filter(document => document !== undefined)
  const [fixture] = toFixtures({
    sessions: there(found.sessions), results: there(found.results), captures: there(found.captures), links: there(found.links), tokens
  })
  if (fixture === undefined) throw apiError('sessionNotFound')
  return fixture
}
