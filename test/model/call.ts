import type { Change, Session } from '../../src/index.js'
import type { Body } from './documents.js'
import type { OperationName } from './request.js'

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
  /** The session that the mock says it has changed: where the mock makes an ID or a token, it is learned from there. */
  made: Session | undefined
}

/** The response, what was changed, and for the journal why the request was refused. */
export interface Answer { status: number, body: object, changes: Change[], reason?: string | null }

export function ok (body: object, ...changes: Change[]): Answer {
  return { status: 200, body, changes }
}

export function pick<T extends object> (whole: T, ...names: (keyof T)[]): Partial<T> {
  return Object.fromEntries(names.map(name => [name, whole[name]])) as Partial<T>
}
