import { Type } from '@sinclair/typebox'
import { nullable, oneOf, schemaOf } from '../../contract/schema.js'
import { timestamp } from '../../contract/time.js'
import type { Decision } from '../decision.js'
import { tokenOf } from './capture.js'
import { refuseLink } from './lifecycle.js'
import { endActive, type Link, type LinkStatus, linkStatuses, MAX_LINKS, type SessionLinks, statusOf } from './links.js'
import { qrCodeDataUrl } from './qr-code.js'
import type { Session } from './session.js'

/** The fields that a new one-time link can have (the vendor's page). */
export interface OneTimeLinkInput {
  /** How long the link works, in minutes; by default, and with null, 20. */
  expires_in_minutes?: number | null
}

/** The bounds and the default are our decision. */
export const OneTimeLinkInput = schemaOf<OneTimeLinkInput>()(Type.Object({
  expires_in_minutes: Type.Optional(nullable(Type.Integer({
    minimum: 1, maximum: 7 * 24 * 60, description: 'How long the link works, in minutes; by default, and with null, 20'
  })))
}, { $id: 'OneTimeLinkInput', additionalProperties: false, description: 'A one-time link to make' }))

/** A one-time link as responses show it, with its fields in the order of the vendor's page. */
export interface OneTimeLink {
  /** The link's ID. */
  id: string
  /** The session of the link. */
  session_id: string
  /** The URL of the capture page. It works once. */
  capture_url: string
  /** The link's status. */
  status: LinkStatus
  /** When the link expires. */
  expires_at: string
  /** When the link was created. */
  created_at: string
  /** The QR code of `capture_url`, as a PNG; null if the link no longer works, or the URL is too long. */
  qr_code_data_url: string | null
}

export const OneTimeLink = schemaOf<OneTimeLink>()(Type.Object({
  id: Type.String({ description: 'Link ID' }),
  session_id: Type.String({ description: 'Session ID' }),
  capture_url: Type.String({ description: 'URL of the capture page; it works once' }),
  status: oneOf(linkStatuses, { description: 'What has become of the link' }),
  expires_at: Type.String({ format: 'date-time', description: 'When the link expires, in UTC' }),
  created_at: Type.String({ format: 'date-time', description: 'When the link was made, in UTC' }),
  qr_code_data_url: nullable(Type.String({ description: 'The QR code of `capture_url` as a PNG in a `data:` URL; null unless the link is active' }))
}, { $id: 'OneTimeLink', description: 'A one-time link to the capture page of a session' }))

/** What a new link is created with, besides its session. */
export interface LinkCreation {
  id: string
  captureUrl: string
  /** How long the link works, in minutes. */
  minutes: number | null | undefined
  now: number
}

/**
 * Creates a one-time link, and revokes the active one. The session does not change.
 * @param earlier the earlier links of the session
 * @throws ApiError 400 if the session is completed or failed, or has been redacted
 */
export function generateOneTimeLink (
  session: Session, earlier: SessionLinks | undefined, { id, captureUrl, minutes, now }: LinkCreation
): Decision<OneTimeLink> {
  refuseLink(session)
  const [createdAt, expiresAt] = [timestamp(now), timestamp(now + (minutes ?? 20) * 60_000)]
  const link: Link = { id, capture_url: captureUrl, status: 'active', expires_at: expiresAt, created_at: createdAt }
  const all = [...earlier === undefined ? [] : endActive(earlier, 'revoked').links, link]
  const dropped = all.slice(0, -MAX_LINKS)
  return {
    puts: {
      links: [{ id: session.id, links: all.slice(-MAX_LINKS) }],
      tokens: [{ id: tokenOf(captureUrl), session_id: session.id, link_id: id }]
    },
    deletes: { tokens: dropped.map(({ capture_url: url }) => tokenOf(url)) },
    events: [{ type: 'session.link_generated', session_id: session.id, before: session, after: session }],
    response: { status: 201, body: show(session.id, link, createdAt) }
  }
}

/** The one-time links of a session. */
export interface LinkList {
  /** The links, the newest first. */
  data: readonly OneTimeLink[]
}

export const LinkList = schemaOf<LinkList>()(Type.Object({
  data: Type.Unsafe<readonly OneTimeLink[]>(Type.Array(OneTimeLink, { description: 'The links, the newest first' }))
}, { $id: 'LinkList', description: 'The one-time links of a session' }))

/** Lists the one-time links of a session, as they are at a time. */
export function listLinks (sessionId: string, links: SessionLinks | undefined, now: number): Decision<LinkList> {
  const time = timestamp(now)
  const data = links?.links.map(link => show(sessionId, link, time)).reverse() ?? []
  return { events: [], response: { status: 200, body: { data } } }
}

function show (sessionId: string, link: Link, now: string): OneTimeLink {
  const status = statusOf(link, now)
  return {
    id: link.id,
    session_id: sessionId,
    capture_url: link.capture_url,
    status,
    expires_at: link.expires_at,
    created_at: link.created_at,
    // only an active link can be used, and a hundred QR codes would take time
    qr_code_data_url: status === 'active' ? qrCodeDataUrl(link.capture_url) : null
  }
}
