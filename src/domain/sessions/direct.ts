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

/** Sessions to add, with what belongs to them. */
export type AddedSessions = Pick<SessionDocuments, 'sessions'> & Partial<SessionDocuments>

/**
 * Adds sessions and what belongs to them, all of them or none. The sessions expire when their tokens run out.
 * @throws ApiError 409 when an ID is taken, in whichever environment
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
 * Replaces a session, and what belongs to it, in whichever environment. Like adding a session, it is no event. The session expires when its
 * token runs out.
 * @throws ApiError 404 when it is not there
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
 * Removes a session, and what belongs to it, from whichever environment.
 * @throws ApiError 404 when it is not there
 */
export async function removeSession (store: Store, id: string): Promise<void> {
  await store.transact({ sessions: [id], links: [id] }, found => {
    if (found.sessions[0] === undefined) throw apiError('sessionNotFound')
    return { deletes: removalOf([id], found) }
  })
}

/** What goes with sessions. Tokens that a session had before stay: they lead to nobody. */
export function removalOf (
  ids: readonly string[], { sessions, links }: Found<{ sessions: string[], links: string[] }>
): NonNullable<Changes['deletes']> {
  const urls = [...sessions.map(session => session?.capture_url ?? ''), ...links.flatMap(its => its?.links.map(link => link.capture_url) ?? [])]
  return { sessions: ids, results: ids, captures: ids, links: ids, tokens: urls.map(tokenOf), due: ids.map(expiryId) }
}

/**
 * Changes a session, in whichever environment, in one step as an operation does. Returns it as it is then.
 * @throws ApiError 404 when it is not there, and whatever `decide` throws
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
 * Finds a session in whichever environment.
 * @throws ApiError 404 when it is not there
 */
export async function findSession (store: Store, id: string): Promise<Session> {
  const { sessions: [session] } = await read(store, { sessions: [id] })
  if (session === undefined) throw apiError('sessionNotFound')
  return session
}

/**
 * Finds a session in whichever environment, with what belongs to it: as a saved state has it.
 * @throws ApiError 404 when it is not there
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
