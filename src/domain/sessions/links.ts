import { Type } from '@sinclair/typebox'
import { oneOf, schemaOf } from '../../contract/schema.js'

const savedStatuses = ['active', 'consumed', 'revoked'] as const
export const linkStatuses = [...savedStatuses, 'expired'] as const
export type LinkStatus = typeof linkStatuses[number]

/** A one-time link to the capture page of a session. */
export interface Link {
  /** The link's ID: `lnk_` and 20 hexadecimal characters. */
  readonly id: string
  /** The URL of the capture page. */
  readonly capture_url: string
  /** The saved status of the link. `statusOf` derives from the time whether the link has expired. */
  readonly status: typeof savedStatuses[number]
  /** When the link expires, unless it is consumed or revoked before. */
  readonly expires_at: string
  /** When the link was created. */
  readonly created_at: string
}

export const Link = schemaOf<Link>()(Type.Object({
  id: Type.String({ minLength: 1, description: 'Link ID' }),
  capture_url: Type.String({ description: 'URL of the capture page' }),
  status: oneOf(savedStatuses, { description: 'What has become of the link; an active one expires' }),
  expires_at: Type.String({ format: 'date-time', description: 'When the link expires, in UTC' }),
  created_at: Type.String({ format: 'date-time', description: 'When the link was made, in UTC' })
}, { $id: 'Link', additionalProperties: false, description: 'A one-time link, as a saved state has it' }))

/** The maximum number of links that are stored for a session. */
export const MAX_LINKS = 100

/** The one-time links of a session. */
export interface SessionLinks {
  /** The ID of the session. */
  readonly id: string
  /** The links, the oldest first. At most the last one is active. */
  readonly links: readonly Link[]
}

/** The status of a link at a time, given as text as in the link. An active link expires at its `expires_at`. */
export function statusOf ({ status, expires_at: expiresAt }: Link, now: string): LinkStatus {
  return status === 'active' && expiresAt <= now ? 'expired' : status
}

/** The links of a session after the active one has been consumed or revoked. */
export function endActive ({ id, links }: SessionLinks, status: 'consumed' | 'revoked'): SessionLinks {
  return { id, links: links.map(link => link.status === 'active' ? { ...link, status } : link) }
}
