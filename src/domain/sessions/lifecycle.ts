import { apiError, type ErrorName } from '../../contract/errors.js'
import { environmentOf, isRedacted, openStatuses, type Session, type SessionStatus } from './session.js'

interface Transition {
  /** The statuses that the operation accepts. */
  readonly from: readonly SessionStatus[]
  /** The status that a session has afterwards. */
  readonly to: SessionStatus
  /** The error for a session in any other status; none for `time`, which ignores other sessions. */
  readonly refusal: ErrorName | undefined
}

const active: readonly SessionStatus[] = ['pending', 'capturing', 'processing', 'awaiting_external', 'under_review', 'sandbox_pending']

/**
 * The life of a session: the statuses that each operation accepts, and the status that follows. Everything that changes a status uses
 * this table. A test compares it with docs/lifecycle.md.
 */
export const lifecycle = {
  'resume': { from: ['pending', 'capturing', 'expired', 'failed'], to: 'pending', refusal: 'cannotResume' },
  'expire': { from: active, to: 'expired', refusal: 'cannotExpire' },
  'simulate approve': { from: active, to: 'completed', refusal: 'cannotSimulate' },
  'simulate decline': { from: active, to: 'completed', refusal: 'cannotSimulate' },
  'simulate require-review': { from: active, to: 'under_review', refusal: 'cannotSimulate' },
  'simulate expire': { from: active, to: 'expired', refusal: 'cannotSimulate' },
  'submit, sandbox': { from: openStatuses, to: 'sandbox_pending', refusal: 'cannotSubmit' },
  'submit, live': { from: openStatuses, to: 'processing', refusal: 'cannotSubmit' },
  'open': { from: openStatuses, to: 'capturing', refusal: 'cannotCapture' },
  'open a link': { from: [...openStatuses, 'expired'], to: 'capturing', refusal: 'cannotCapture' },
  'time': { from: openStatuses, to: 'expired', refusal: undefined }
} as const satisfies Record<string, Transition>

type Row = keyof typeof lifecycle
type LifecycleOperation = Exclude<Row, `submit, ${string}` | 'time'> | 'submit'

/** Whether the token of a session can expire. */
export function canRunOut (session: Session): boolean {
  return takes('time', session)
}

/**
 * The status of a session after an operation.
 * @throws ApiError the operation's error (400, or 422 for a submit) if it does not accept the session's status, or the session has been
 * redacted
 */
export function transition (operation: LifecycleOperation, session: Session): SessionStatus {
  const row = operation === 'submit' ? `submit, ${environmentOf(session)}` as const : operation
  const { to, refusal } = lifecycle[row]
  if (!takes(row, session)) throw apiError(refusal, { state: stateOf(session) })
  return to
}

/**
 * Refuses a one-time link to a session that can no longer be captured (the vendor's page). This is not a transition, because the status
 * does not change.
 * @throws ApiError 400 if the session is completed or failed, or has been redacted
 */
export function refuseLink (session: Session): void {
  const state = stateOf(session)
  if (['completed', 'failed', 'redacted'].includes(state)) throw apiError('cannotLink', { state })
}

function stateOf (session: Session): string {
  return isRedacted(session) ? 'redacted' : session.status
}

function takes (row: Row, session: Session): boolean {
  return !isRedacted(session) && (lifecycle[row] as Transition).from.includes(session.status)
}
