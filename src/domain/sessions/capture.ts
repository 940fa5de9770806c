import { Type } from '@sinclair/typebox'
import type { JsonLimits } from '../../contract/json.js'
import { read } from '../read.js'
import type { Store } from '../store.js'

/** A capture token and its session, as long as the session exists. The session or the link determines whether the token still works. */
export interface CaptureToken {
  /** The token: the last segment of a capture URL. */
  readonly id: string
  /** The ID of the session. */
  readonly session_id: string
  /** The ID of the one-time link that the token belongs to; null if the token is that of the session itself. */
  readonly link_id: string | null
}

/** The fields of creating a session that the session does not show. They are about its capture page. */
export interface Capture {
  /** The ID of the session. */
  readonly id: string
  /** The URL to which the capture page redirects the browser at the end. */
  readonly redirect_url: string | null
  /** Values to prefill on the capture page. */
  readonly fields: CaptureFields | null
  /** Whether to invite the person by email; the mock sends none. */
  readonly send_email: boolean | null
}

/** Values to prefill on a capture page: any JSON under any key. The keys are never renamed. */
export type CaptureFields = Readonly<Record<string, unknown>>

/** As large as a request can be, so that a saved state can contain it. */
const fieldLimits: JsonLimits = { bytes: 1024 * 1024, depth: 1_000 }

export const CaptureFields = Type.Unsafe<CaptureFields>({
  'type': 'object', 'additionalProperties': true, 'x-value-limits': fieldLimits, 'description': 'What the capture page is filled with'
})

/** The capture of a session; `undefined` if all of its fields are empty, as for most sessions. */
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

/** The URL of the capture page of a token. */
export function pageUrl (origin: string, token: string): string {
  return `${origin}/verify/${token}`
}

/** The URL of the capture page of a new token. */
export function newCaptureUrl (origin: string, newId: (prefix: string) => string): string {
  return pageUrl(origin, newId('cap_'))
}

/** The token of a session's own `capture_url`. */
export function ownToken (sessionId: string, captureUrl: string): CaptureToken {
  return { id: tokenOf(captureUrl), session_id: sessionId, link_id: null }
}

/**
 * Finds the session of a token; `undefined` if the token is unknown. The capture URL of a fixture ends with the session's ID, so every ID
 * is a token of its session. Storing one for each of a million fixtures would take memory.
 */
export async function locate (store: Store, token: string): Promise<CaptureToken | undefined> {
  const { tokens: [known], sessions: [session] } = await read(store, { tokens: [token], sessions: [token] })
  return known ?? (session === undefined ? undefined : { id: token, session_id: token, link_id: null })
}
