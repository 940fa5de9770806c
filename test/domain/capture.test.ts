import t from 'tap'
import { timestamp } from '../../src/contract/time.js'
import type { CaptureToken } from '../../src/domain/sessions/capture.js'
import type { Link } from '../../src/domain/sessions/links.js'
import { type FoundCapture, openCapture } from '../../src/domain/sessions/open-capture.js'
import { decideOutcome, type OutcomeInput } from '../../src/domain/sessions/outcome.js'
import { type Session, statuses, TOKEN_LIFETIME } from '../../src/domain/sessions/session.js'
import { type SimulatedAction, simulateSession } from '../../src/domain/sessions/simulate.js'
import { errorOf, NOW, session } from './examples.js'

const LATER = NOW + 60_000
const NEW_URL = 'http://mock/verify/cap_new'
const own: CaptureToken = { id: 'cap_own', session_id: 'ses_a', link_id: null }
const ofLink: CaptureToken = { id: 'cap_link', session_id: 'ses_a', link_id: 'lnk_2' }
const open = ['pending', 'capturing']

/** A session with its own token, as far as its status has one. */
function withToken (fixture: Partial<Session> & Pick<Session, 'status'>): Session {
  return session({ ...fixture, ...(open.includes(fixture.status) && { capture_url: 'http://mock/verify/cap_own' }) })
}

function link (id: string, status: Link['status'], expiresAt = NOW + 120_000): Link {
  return { id, capture_url: `http://mock/verify/cap_of_${id}`, status, expires_at: timestamp(expiresAt), created_at: timestamp(NOW) }
}

/** What is found of a session. */
function found (session: Session | undefined, links?: readonly Link[], redirectUrl?: string): FoundCapture {
  return {
    sessions: [session],
    links: [links && { id: 'ses_a', links }],
    captures: [redirectUrl === undefined ? undefined : { id: 'ses_a', redirect_url: redirectUrl, fields: null, send_email: null }]
  }
}

const openAs = (token: CaptureToken, found: FoundCapture) => openCapture(token, found, () => NEW_URL, LATER)
const end = (token: CaptureToken, found: FoundCapture, outcome: OutcomeInput['outcome'] = 'approve') =>
  decideOutcome(token, found, { outcome }, { newCaseId: () => 'case_new', newUrl: () => NEW_URL }, LATER)

t.test('the own token of a session makes it capturing once, and goes on working', async t => {
  const before = withToken({ status: 'pending' })
  const { puts, events, response } = openAs(own, found(before, undefined, 'https://shop.example'))
  const after = { ...before, status: 'capturing' as const, updated_at: timestamp(LATER) }
  t.same(puts, { sessions: [after] })
  t.same(events, [{ type: 'session.started', session_id: 'ses_a', before, after }])
  t.same(response, { status: 200, body: { session: after, token: 'cap_own', redirectUrl: 'https://shop.example' } })

  t.same(openAs(own, found(after)), { session: after, events: [], response: { status: 200, body: { session: after, token: 'cap_own', redirectUrl: null } } })
})

t.test('a link is consumed, and gives the session a new token for 20 minutes', async t => {
  const links = [link('lnk_1', 'revoked'), link('lnk_2', 'active')]
  for (const [status, type] of [['pending', 'session.started'], ['expired', 'session.started'], ['capturing', 'session.updated']] as const) {
    const before = withToken({ status })
    const { puts, events, response } = openAs(ofLink, found(before, links))
    const after = {
      ...before, status: 'capturing' as const, updated_at: timestamp(LATER), capture_url: NEW_URL, token_expires_at: timestamp(LATER + TOKEN_LIFETIME)
    }
    t.same(puts, {
      sessions: [after],
      links: [{ id: 'ses_a', links: [link('lnk_1', 'revoked'), link('lnk_2', 'consumed')] }],
      tokens: [{ id: 'cap_new', session_id: 'ses_a', link_id: null }],
      due: [{ id: 'expire:ses_a', at: LATER + TOKEN_LIFETIME, type: 'session.expire', subject: 'ses_a' }]
    }, status)
    t.same(events, [{ type, session_id: 'ses_a', before, after }])
    t.same(response, { status: 303, body: { session: after, token: 'cap_new', redirectUrl: null } })
  }
})

const refusals: [why: string, token: CaptureToken, found: FoundCapture, status: number, detail: string][] = [
  ['the session is gone', own, found(undefined), 404, 'Capture link not found.'],
  ['the session has another token', { ...own, id: 'cap_old' }, found(withToken({ status: 'capturing' })), 410, 'Capture link has been replaced by a newer one.'],
  ['the link was used', ofLink, found(withToken({ status: 'capturing' }), [link('lnk_2', 'consumed')]), 410, 'Capture link has been used. It works once.'],
  ['the link was revoked', ofLink, found(withToken({ status: 'pending' }), [link('lnk_2', 'revoked')]), 410, 'Capture link has been revoked.'],
  ['the link is too old to be kept', ofLink, found(withToken({ status: 'pending' }), [link('lnk_9', 'active')]), 410, 'Capture link has been revoked.'],
  ['the session has no links', ofLink, found(withToken({ status: 'pending' })), 410, 'Capture link has been revoked.'],
  ['the link has expired', ofLink, found(withToken({ status: 'pending' }), [link('lnk_2', 'active', LATER)]), 410, 'Capture link has expired.'],
  ...statuses.flatMap((status): typeof refusals => [
    ...(open.includes(status) ? [] : [[`it is ${status}`, own, found(withToken({ status })), 410, `Session is ${status} and cannot be captured.`] as const]),
    ...([...open, 'expired'].includes(status)
      ? []
      : [[`it is ${status}, by a link`, ofLink, found(withToken({ status }), [link('lnk_2', 'active')]), 410, `Session is ${status} and cannot be captured.`] as const]),
    [`${status} and redacted`, own, found(withToken({ status, retention_status: 'redacted' })), 410, 'Session is redacted and cannot be captured.']
  ] as typeof refusals)
]
for (const [why, token, found, statusCode, detail] of refusals) {
  t.test(`neither the page nor an outcome: ${why}`, async t => {
    t.match(await errorOf(t, () => openAs(token, found)), { statusCode, detail })
    t.match(await errorOf(t, () => end(token, found)), { statusCode, detail })
  })
}

const outcomes: [outcome: OutcomeInput['outcome'], action: SimulatedAction, status: string][] = [
  ['approve', 'approve', 'completed'], ['reject', 'decline', 'completed'], ['needs_review', 'require-review', 'under_review']
]
for (const [outcome, action, status] of outcomes) {
  t.test(`${outcome} does what simulate ${action} does, also from pending and in the live environment`, async t => {
    for (const from of ['pending', 'capturing'] as const) {
      for (const isSandbox of [true, false]) {
        const before = withToken({ status: from, is_sandbox: isSandbox, country: 'DE' })
        const { puts, deletes, events } = simulateSession(before, action, () => 'case_new', LATER)
        t.same(end(own, found(before), outcome), {
          puts, deletes, events, response: { status: 200, body: { session_id: 'ses_a', status, redirect_url: null } }
        })
      }
    }
  })
}

t.test('an outcome by a link that nobody has opened uses it up', async t => {
  const before = withToken({ status: 'expired' })
  const { puts, events } = end(ofLink, found(before, [link('lnk_2', 'active')]))
  t.same(puts?.links, [{ id: 'ses_a', links: [link('lnk_2', 'consumed')] }])
  t.match(puts, { sessions: [{ status: 'completed', capture_url: null, token_expires_at: null }], tokens: undefined, due: undefined })
  t.match(events, [{ type: 'session.approved', before, after: { status: 'completed' } }])
  t.equal(events.length, 1)
})

t.test('redirect_url keeps its own query, to the letter', async t => {
  const before = withToken({ status: 'capturing', id: 'a&b' })
  const token = { ...own, session_id: 'a&b' }
  for (const [url, expected] of [
    ['https://shop.example', 'https://shop.example/?session_id=a%26b&status=completed'],
    ['https://shop.example/done?', 'https://shop.example/done?session_id=a%26b&status=completed'],
    ['http://shop.example:8080/a%20b?x=%20&x=+&flag#top', 'http://shop.example:8080/a%20b?x=%20&x=+&flag&session_id=a%26b&status=completed#top'],
    ['https://shop.example/?status=mine', 'https://shop.example/?status=mine&session_id=a%26b&status=completed']
  ] as const) {
    t.equal(end(token, found(before, undefined, url)).response.body.redirect_url, expected)
  }
})
