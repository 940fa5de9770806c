import { apiError, type ErrorName } from '../../contract/errors.js'
import { timestamp } from '../../contract/time.js'
import type { Decision } from '../decision.js'
import type { Found } from '../store.js'
import type { DueItem } from '../due-item.js'
import { type CaptureToken, ownToken, tokenOf } from './capture.js'
import { expiryOf } from './expiry.js'
import { transition } from './lifecycle.js'
import { endActive, type LinkStatus, type SessionLinks, statusOf } from './links.js'
import { nextVersion, type Session, TOKEN_LIFETIME } from './session.js'

/** An opened capture: what the capture page shows, and what an outcome starts from. */
export interface OpenedCapture {
  session: Session
  /** The token that works from now on. */
  token: string
  /** The URL to which the page redirects the browser afterwards. */
  redirectUrl: string | null
}

/** The documents of the session of a token. */
export type FoundCapture = Found<{ sessions: string[], links: string[], captures: string[] }>

/**
 * Opens the capture page: the session becomes capturing. The session's own token keeps working. A one-time link is consumed, and gives the
 * session a new token for 20 minutes, so that the page can be loaded again (our decision).
 * @param newUrl creates the capture URL of a new token
 * @throws ApiError 404 if the session no longer exists; 410 if it cannot be captured, or not with this token
 */
export function openCapture (token: CaptureToken, found: FoundCapture, newUrl: () => string, now: number): Decision<OpenedCapture> {
  const { sessions: [before], links: [links], captures: [capture] } = found
  if (before === undefined) throw apiError('captureNotFound', {}, { reason: `the session ${token.session_id} is gone` })
  const opened = token.link_id === null ? openOwn(token, before, now) : openLink(token.link_id, before, links, newUrl(), now)
  const { session } = opened
  return {
    ...opened,
    response: {
      status: token.link_id === null ? 200 : 303,
      body: { session, token: tokenOf(session.capture_url as string), redirectUrl: capture?.redirect_url ?? null }
    }
  }
}

type Opening = Omit<Decision, 'response'> & { session: Session }

function openOwn (token: CaptureToken, before: Session, now: number): Opening {
  const status = transition('open', before)
  if (tokenOf(before.capture_url as string) !== token.id) throw apiError('linkReplaced')
  if (before.status === status) return { session: before, events: [] }
  const after = nextVersion(before, { status, updated_at: timestamp(now) })
  return { session: after, puts: { sessions: [after] }, events: [{ type: 'session.started', session_id: after.id, before, after }] }
}

const refusals: Readonly<Record<Exclude<LinkStatus, 'active'>, ErrorName>> = { consumed: 'linkUsed', expired: 'linkExpired', revoked: 'linkRevoked' }

function openLink (linkId: string, before: Session, links: SessionLinks | undefined, url: string, now: number): Opening {
  const status = transition('open a link', before)
  const time = timestamp(now)
  const link = links?.links.find(({ id }) => id === linkId)
  // only the latest links of a session are stored; a newer link has revoked the others
  const linkStatus = link === undefined ? 'revoked' : statusOf(link, time)
  if (linkStatus !== 'active') throw apiError(refusals[linkStatus])
  const after = nextVersion(before, { status, updated_at: time, capture_url: url, token_expires_at: timestamp(now + TOKEN_LIFETIME) })
  const { id } = after
  return {
    session: after,
    puts: {
      sessions: [after],
      links: [endActive(links as SessionLinks, 'consumed')],
      tokens: [ownToken(id, url)],
      due: [expiryOf(after) as DueItem]
    },
    events: [{ type: before.status === status ? 'session.updated' : 'session.started', session_id: id, before, after }]
  }
}
