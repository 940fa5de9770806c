import type { Step } from '../../case.js'

type Rest = Partial<Omit<Step, 'method' | 'body' | 'text'>>

/** Updates the session of the run. */
export function updateSession (body: unknown, rest: Rest = {}): Step {
  return { method: 'PATCH', path: '/sessions/{session_id}', body, ...rest }
}

/** Updates the session of the run with a body that is sent as it is; without one the request has no body. */
export function updateSessionWithText (text?: string, rest: Rest = {}): Step {
  return { method: 'PATCH', path: '/sessions/{session_id}', ...text !== undefined && { text }, ...rest }
}

/** Reads the session of the run: an update that changes nothing. */
export function readSession (rest: Rest = {}): Step {
  return updateSession({}, rest)
}
