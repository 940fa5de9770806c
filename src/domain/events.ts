import type { Session } from './sessions/session.js'

export const eventTypes = [
  'session.created', 'session.updated', 'session.started', 'session.expired', 'session.approved', 'session.declined',
  'session.requires-review', 'session.redacted', 'session.link_generated'
] as const
type EventType = typeof eventTypes[number]

/** The events that are sent to webhook endpoints (the vendor's pages). */
export const webhookEvents = [
  'session.created', 'session.link_generated', 'session.started', 'session.expired', 'session.approved', 'session.declined',
  'session.requires-review', 'session.redacted'
] as const satisfies readonly EventType[]
export type WebhookEvent = typeof webhookEvents[number]

/** Something that happened in a workspace. The journal shows it with the request that caused it. */
export interface Event {
  /** What happened; `session.updated` for every change without an event of its own. */
  type: EventType
  /** The session that changed. */
  session_id: string
  /** The session before the change; null if it was created. */
  before: Session | null
  /** The session after the change. */
  after: Session
}
