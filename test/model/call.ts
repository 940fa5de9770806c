import type { Change, Session } from '../../src/index.js'
import type { Body, Link } from './documents.js'
import type { OperationName } from './request.js'

/** What the mock has made: its IDs and tokens are learned from there. */
export interface Made {
  /** The session that the mock says it has changed. */
  session: Session | undefined
  /** The one-time links that the mock has, the oldest of each session first. */
  links: readonly (Link & { session_id: string })[]
}

/** What an operation works with. */
export interface Call {
  operation: OperationName
  /** The session in the path. */
  id: string
  body: Body
  query: Body
  /** Whether the API key is one of the sandbox. */
  sandbox: boolean
  now: number
  made: Made
}

/** The response, what was changed, and for the journal why the request was refused. */
export interface Answer { status: number, body: object, changes: Change[], reason?: string | null }

export function ok (body: object, ...changes: Change[]): Answer {
  return { status: 200, body, changes }
}

export function pick<T extends object> (whole: T, ...names: (keyof T)[]): Partial<T> {
  return Object.fromEntries(names.map(name => [name, whole[name]])) as Partial<T>
}
