import { timestamp } from '../../contract/time.js'
import type { DueHandler, DueItem } from '../due-item.js'
import { canRunOut, lifecycle } from './lifecycle.js'
import { nextVersion, type Session } from './session.js'

/** The type of the due items that expire sessions. They follow from the sessions, so a saved state has none of them. */
export const SESSION_EXPIRE = 'session.expire'

/** The ID of the due item that expires a session. A decision that closes the session deletes it. */
export function expiryId (sessionId: string): string {
  return `expire:${sessionId}`
}

/** The due item that expires a session with its token. A decision that gives the session a token puts it. */
export function expiryOf (session: Session): DueItem | undefined {
  if (session.token_expires_at === null || !canRunOut(session)) return undefined
  return { id: expiryId(session.id), at: Date.parse(session.token_expires_at), type: SESSION_EXPIRE, subject: session.id }
}

/** The due items of sessions that no operation created. A session whose token has already expired stays as it is (our decision). */
export function expiriesAfter (now: number, sessions: readonly Session[]): DueItem[] {
  return sessions.map(expiryOf).filter((item): item is DueItem => item !== undefined && item.at > now)
}

/** Expires a session with its token, unless it has been closed or resumed since. */
export const sessionExpiry: DueHandler<{ sessions: string[] }> = {
  events: ['session.expired'],
  reads: ({ subject }) => ({ sessions: [subject] }),
  decide: ({ at }, { sessions: [before] }) => {
    const time = timestamp(at)
    if (before?.token_expires_at !== time || !canRunOut(before)) return {}
    // a running clock may be a moment late, and the session may have been updated in the meantime
    const updatedAt = time > before.updated_at ? time : before.updated_at
    const after = nextVersion(before, { ...closed, status: lifecycle.time.to, updated_at: updatedAt })
    return { puts: { sessions: [after] }, events: [{ type: 'session.expired', session_id: after.id, before, after }] }
  }
}

/** The fields that are null unless a session is pending or capturing (the vendor's page). */
export const closed = { capture_url: null, token_expires_at: null } as const
