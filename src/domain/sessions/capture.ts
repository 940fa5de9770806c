import { Type } from '@sinclair/typebox'
import type { JsonLimits } from '../../contract/json.js'
import { read } from '../read.js'
import type { Store } from '../store.js'

/** Whose token it is, as long as its session is there. Whether it still works, its session or its link says. */
export interface CaptureToken {
  /** The token: the last segment of a capture URL. */
  readonly id: string
  /** The session that it leads to. */
  readonly session_id: string
  /** The one-time link that it belongs to; null when it is a session's own. */
  readonly link_id: string | null
}

/** What creating a session says about its capture page, and the session does not show. */
export interface Capture {
  /** The ID of the session. */
  readonly id: string
  /** Where the capture page sends the browser when it is done. */
  readonly redirect_url: string | null
  /** What the capture page is filled with. */
  readonly fields: CaptureFields | null
  /** Whether to invite the person by email; the mock sends none. */
  readonly send_email: boolean | null
}

/** What a capture page is filled with: any JSON under any key. Its keys are never renamed. */
export type CaptureFields = Readonly<Record<string, unknown>>

/** As much as fits into a request, so that a saved state can hold it. */
const fieldLimits: JsonLimits = { bytes: 1024 * 1024, depth: 1_000 }

export const CaptureFields = Type.Unsafe<CaptureFields>({
  'type': 'object', 'additionalProperties': true, 'x-value-limits': fieldLimits, 'description': 'What the capture page is filled with'
})

/** What a session is given for its capture page; `undefined` when that is nothing, as for most. */
export function captureOf (id: string, given: { readonly [F in keyof Omit<Capture, 'id'>]?: Capture[F] }): Capture | undefined {
  const { redirect_url: redirectUrl = null, fields = null, send_email: sendEmail = null } = given
  if (redirectUrl === null && fields === null && sendEmail === null) return undefined
  return { id, redirect_url: redirectUrl, fields, send_email: sendEmail }
}

/** The token of a capture URL: the last segment of its path, decoded as in the path of a request. */
export function tokenOf (captureUrl: string): string {
  const end = captureUrl.search(/[?#]/)
  const path = end === -1 ? captureUrl : captureUrl.slice(0, end)
  const segment = path.slice(path.lastIndexOf('/') + 1)
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment // a fixture may have any text
  }
}

/** The URL of the capture page of a token, below that of the mock. */
export function pageUrl (origin: string, token: string): string {
  return `${origin}/verify/${token}`
}

/** The URL of the capture page of a new token. */
export function newCaptureUrl (origin: string, newId: (prefix: string) => string): string {
  return pageUrl(origin, newId('cap_'))
}

/** A token of a session's own. */
export function ownToken (sessionId: string, captureUrl: string): CaptureToken {
  return { id: tokenOf(captureUrl), session_id: sessionId, link_id: null }
}

/**
 * Finds out whose token it is; `undefined` when it is nobody's. The capture URL of a fixture ends with the session's ID, so every ID is a
 * token of its session: to keep one for each of a million fixtures would take memory.
 */
export async function locate (store: Store, token: string): Promise<CaptureToken | undefined> {
  const { tokens: [known], sessions: [session] } = await read(store, { tokens: [token], sessions: [token] })
  return known ?? (session === undefined ? undefined : { id: token, session_id: token, link_id: null })
}
