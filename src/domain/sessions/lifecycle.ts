import { apiError, type ErrorName } from '../../contract/errors.js'
import { environmentOf, isRedacted, openStatuses, type Session, type SessionStatus } from './session.js'

interface Transition {
  /** The statuses that the operation takes. */
  readonly from: readonly SessionStatus[]
  /** The status that a session has afterwards. */
  readonly to: SessionStatus
  /** The error of a session in any other status. Time refuses nothing: it passes by. */
  readonly refusal: ErrorName | undefined
}

const active: readonly SessionStatus[] = ['pending', 'capturing', 'processing', 'awaiting_external', 'under_review', 'sandbox_pending']

/**
 * The life of a session: which operation takes which status where. Everything that changes a status asks this table.
 * A test keeps it and docs/lifecycle.md equal.
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
  'time': { from: openStatuses, to: 'expired', refusal: undefined }
} as const satisfies Record<string, Transition>

type Row = keyof typeof lifecycle
type LifecycleOperation = Exclude<Row, `submit, ${string}` | 'time'> | 'submit'

/** Whether the token of a session can run out. */
export function canRunOut (session: Session): boolean {
  return takes('time', session)
}

/**
 * The status that an operation gives a session.
 * @throws ApiError the operation's error (400, for a submit 422) when it does not take the session's status, or the session has been
 * redacted
 */
export function transition (operation: LifecycleOperation, session: Session): SessionStatus {
  const row = operation === 'submit' ? `submit, ${environmentOf(session)}` as const : operation
  const { to, refusal } = lifecycle[row]
  if (!takes(row, session)) throw apiError(refusal, { state: stateOf(session) })
  return to
}

/**
 * Refuses a one-time link to a session that cannot be captured any more (the vendor's page). It is no transition: it changes no status.
 * @throws ApiError 400 when the session is completed or failed, or has been redacted
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
