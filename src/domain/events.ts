import type { Session } from './sessions/session.js'

/** Something that happened in a workspace. The journal shows it with the request that caused it. */
export interface Event {
  type: 'session.updated'
  /** The session that changed. */
  session_id: string
  /** The session as it was before. */
  before: Session
  /** The session as it is now. */
  after: Session
}
