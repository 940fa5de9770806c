import type { ApiError } from '../../contract/errors.js'
import type { CaptureToken } from '../../domain/sessions/capture.js'
import type { OpenedCapture } from '../../domain/sessions/open-capture.js'
import { environmentOf, type Session } from '../../domain/sessions/session.js'
import { type Html, html } from './html.js'
import { type Page, pageOf } from './page.js'

const buttons = [
  { outcome: 'approve', label: 'Approve' },
  { outcome: 'reject', label: 'Reject' },
  { outcome: 'needs_review', label: 'Needs review' }
] as const

/** The capture page, with the session and a button for each outcome. Its URLs are relative, so that it works below any path. */
export function capturePage ({ token, session, redirectUrl }: OpenedCapture): Page {
  const afterwards = redirectUrl === null
    ? html`Afterwards you stay here.`
    : html`Afterwards you go to <span data-testid="redirect-url">${redirectUrl}</span>.`
  return pageOf(200, `Capture session ${session.id}`, html`
<h1>Choose the outcome of this session</h1>
${detailsOf(session)}
<form method="post" action="./${encodeURIComponent(token)}/sandbox-outcome">
<fieldset aria-describedby="afterwards"><legend>Outcome</legend>
${buttons.map(({ outcome, label }) => html`<button name="outcome" value="${outcome}" class="${outcome}" data-testid="${testId(outcome)}">${label}</button>
`)}</fieldset>
<p class="quiet" id="afterwards">${afterwards}</p>
</form>`, redirectUrl)
}

/** The page after the outcome, if the session has no `redirect_url`. */
export function donePage (session: Session): Page {
  return pageOf(200, `Session ${session.id} is done`, html`
<h1>Done</h1>
<p data-testid="message">The outcome is recorded. You can close this page.</p>
${detailsOf(session)}`)
}

/**
 * The page for an error.
 * @param token the token in the URL; `undefined` if it is unknown
 */
export function errorPage ({ statusCode, message, headers }: ApiError, token: CaptureToken | undefined): Page {
  const title = titles[statusCode] ?? 'That did not work'
  const ofSession = token === undefined ? html`` : html`
<p>Session: <span data-testid="session-id">${token.session_id}</span></p>`
  const isDead = token === undefined || statusCode in titles || statusCode >= 500
  const back = isDead ? html`` : html`
<p><a href="../${encodeURIComponent(token.id)}" data-testid="back">Back to the session</a></p>`
  const failed = pageOf(statusCode, title, html`
<h1>${title}</h1>
<p data-testid="message">${message}</p>${ofSession}${back}`)
  return { ...failed, headers: { ...headers, ...failed.headers } }
}

/** The titles of errors after which the session's page does not work. */
const titles: Readonly<Record<number, string>> = { 404: 'This link is unknown', 410: 'This link does not work any more' }

function testId (outcome: string): string {
  return `outcome-${outcome.replace('_', '-')}`
}

function detailsOf (session: Session): Html {
  const details: [term: string, id: string, text: string | null][] = [
    ['Session', 'session-id', session.id],
    ['Status', 'status', session.status],
    ['Environment', 'environment', environmentOf(session)],
    ['Reference', 'external-ref', session.external_ref],
    ['Country', 'country', session.country],
    ['Workflow', 'workflow-id', session.workflow_id],
    ['Checks', 'checks', session.checks?.join(', ') ?? null]
  ]
  return html`<dl>
${details.map(([term, id, text]) => text === null ? html`` : html`<dt>${term}</dt><dd data-testid="${id}">${text}</dd>
`)}</dl>`
}
