import assert from 'node:assert/strict'
import type { Session } from '../../src/index.js'
import { type Answer, type Call, ok, pick } from './call.js'
import { type Documents, iso, type Link, MINUTE, tokenOf } from './documents.js'

/** In place of each QR code, so that nobody has to read them. */
export const QR_CODE = 'a QR code'

/** A link that the mock has made: the one that the model does not have yet. */
export function generateOneTimeLink (documents: Documents, session: Session, { body, now, made }: Call): Answer {
  const { id } = session
  const isIts = (link: { session_id: string }) => link.session_id === id
  const { id: linkId = '', capture_url: url = '' } = made.links.filter(isIts)[documents.links.filter(isIts).length] ?? {}
  assert.match(linkId, /^lnk_[0-9a-f]{20}$/)
  assert.ok(documents.links.every(link => link.id !== linkId), 'the ID is new')
  checkNewUrl(documents, url)
  endActive(documents, id, 'revoked')
  const expiry = iso(now + Number(body['expires_in_minutes'] ?? 20) * MINUTE)
  const link = { session_id: id, id: linkId, capture_url: url, status: 'active', expires_at: expiry, created_at: iso(now) } as const
  documents.links.push(link)
  return { ...ok(show(link, now), { type: 'session.link_generated', session_id: id, before: session, after: session }), status: 201 }
}

export function listLinks ({ links }: Documents, { id }: Session, { now }: Call): Answer {
  return ok({ data: links.filter(link => link.session_id === id).reverse().map(link => show(link, now)) })
}

function show (link: Link & { session_id: string }, now: number): object {
  const status = statusOf(link, now)
  return {
    ...pick(link, 'id', 'session_id', 'capture_url'), status, ...pick(link, 'expires_at', 'created_at'), qr_code_data_url: status === 'active' ? QR_CODE : null
  }
}

/** A link that nobody has used or revoked expires. */
export function statusOf ({ status, expires_at: at }: Link, now: number): string {
  return status === 'active' && Date.parse(at) <= now ? 'expired' : status
}

export function endActive (documents: Documents, id: string, status: 'consumed' | 'revoked'): void {
  documents.links = documents.links.map(link => link.session_id === id && link.status === 'active' ? { ...link, status } : link)
}

/** A capture URL is where the request was sent, and its token is new. */
function checkNewUrl ({ tokens, links }: Documents, url: string): void {
  assert.match(url, /^http:\/\/localhost:80\/verify\/cap_[0-9a-f]{20}$/)
  assert.ok(tokens.every(({ token }) => token !== tokenOf(url)) && links.every(link => link.capture_url !== url), 'the token is new')
}

/** The capture URL that the mock has made for a session; its token is new. */
export function newUrl (documents: Documents, id: string, url: string | null = null): string {
  checkNewUrl(documents, String(url))
  documents.tokens.push({ session_id: id, token: tokenOf(url) })
  return String(url)
}
