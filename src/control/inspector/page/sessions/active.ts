import type { Session, SessionStatus } from '../../../../domain/sessions/session.js'

/** All statuses. The page cannot import code of the server, so it repeats them and the inactive ones; a test compares them. */
export const statuses = [
  'pending', 'capturing', 'processing', 'completed', 'expired', 'failed', 'awaiting_external', 'under_review', 'sandbox_pending'
] as const satisfies readonly SessionStatus[]

const inactive: readonly SessionStatus[] = ['completed', 'expired', 'failed']

/** Why no outcome of a session can be simulated, in words; `undefined` when it can. */
export function whyNotActive ({ status, retention_status: retention }: Pick<Session, 'status' | 'retention_status'>): string | undefined {
  if (retention === 'redacted') return 'The session is redacted and can no longer get an outcome.'
  return inactive.includes(status) ? `The session is ${status}. Only an active session can get an outcome.` : undefined
}
