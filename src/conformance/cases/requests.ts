import type { Step } from '../case.js'
import { success } from '../expectations/response.js'

type Rest = Partial<Omit<Step, 'method' | 'path' | 'body' | 'text'>>

/** Reads something. */
export function get (path: string, rest: Rest = {}): Step {
  return { method: 'GET', path, ...rest }
}

/** Sends a body, or none. */
export function post (path: string, body?: unknown, rest: Rest = {}): Step {
  return { method: 'POST', path, ...body !== undefined && { body }, ...rest }
}

/** Creates a session, whose ID is `{sid}` from then on. */
export function createSession (body: unknown = {}, rest: Rest = {}): Step {
  return post('/sessions', body, { expect: [success], save: { sid: 'id' }, ...rest })
}

/** Simulates an outcome of the session `{sid}`. */
export function simulate (action: string, rest: Rest = {}): Step {
  return post('/sessions/{sid}/simulate', { action }, { expect: [success], ...rest })
}
