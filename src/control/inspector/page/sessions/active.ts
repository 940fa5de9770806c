import type { Session, SessionStatus } from '../../../../domain/sessions/session.js'

/** All statuses. They are repeated here, as are the active ones, because the page has no code of the server; a test compares them. */
export const statuses = [
  'pending', 'capturing', 'processing', 'completed', 'expired', 'failed', 'awaiting_external', 'under_review', 'sandbox_pending'
] as const satisfies readonly SessionStatus[]

const inactive: readonly SessionStatus[] = ['completed', 'expired', 'failed']

/** Why no outcome of a session can be simulated, in words; `undefined` when it can. */
export function whyNotActive ({ status, retention_status: retention }: Pick<Session, 'status' | 'retention_status'>): string | undefined {
  if (retention === 'redacted') return 'The session has been redacted, and gets no outcome any more.'
  return inactive.includes(status) ? `The status is ${status}: only a session that is still active gets an outcome.` : undefined
}
