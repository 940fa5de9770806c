import { useState } from 'preact/hooks'
import type { CaptureFixture } from '../../../../domain/fixtures/capture-fixture.js'
import type { SessionResult } from '../../../../domain/sessions/result.js'
import type { Session } from '../../../../domain/sessions/session.js'
import { type Refusal, useApi } from '../api.js'
import { Facts, Section } from '../facts.js'
import { html, type Content } from '../html.js'
import { JsonView } from '../json-view.js'
import { useLoaded } from '../loaded.js'
import { Empty, Problem } from '../notice.js'
import { encode } from '../route.js'
import { Badge } from '../status.js'
import { dateAndTime } from '../time.js'
import { EditForm } from './edit-form.js'
import { Links, TimeLeft, UrlText } from './links.js'
import { Deliveries, Requests } from './related.js'
import { RedactAndRemove, Simulate } from './session-actions.js'

/** A session as a saved state has it: with what belongs to it. */
type WholeSession = Session & CaptureFixture & { readonly result?: SessionResult }

/** One session: its data, what belongs to it, and what can be done with it. */
export function SessionDetail ({ id, onRemoved }: { id: string, onRemoved: () => void }) {
  const { call } = useApi()
  const path = `sessions/${encode(id)}`
  const { data: session, error, reload } = useLoaded<WholeSession>(async () => call('GET', `${path}/fixture`), [path], ['documents'])
  const [isEditing, setIsEditing] = useState(false)
  const isGone = (error as Refusal | undefined)?.status === 404
  if (isGone && !isEditing) return html`<${Empty} title="Session not found."><p class="mono">${id}</p><p>It was removed, or was never in this workspace.</p><//>`
  if (session === undefined) return html`<${Problem} error=${error} />`
  const { status, is_sandbox: isSandbox, metadata, result, links = [] } = session
  const change = { session, path, onChange: reload }
  return html`
    <header class="detail-head">
      <h2><span class="mono">${id}</span> <${Badge} text=${status} /> <span class="badge badge-off">${isSandbox ? 'sandbox' : 'live'}</span></h2>
      <div class="actions">
        <button type="button" aria-expanded=${isEditing} onClick=${() => setIsEditing(!isEditing)}>Edit as JSON</button>
        <${RedactAndRemove} ...${change} onRemoved=${onRemoved} />
      </div>
    </header>
    <${Problem} error=${error} />
    ${isEditing && html`<${EditForm} ...${change} onClose=${() => setIsEditing(false)} />`}
    <${Simulate} ...${change} />
    <${Facts} facts=${factsOf(session)} />
    <${Section} title="Metadata">
      ${isEmpty(metadata) ? html`<p class="quiet">None</p>` : html`<${JsonView} value=${metadata} label="Metadata" />`}
    <//>
    <${Section} title="Result">
      ${result === undefined ? html`<p class="quiet">None yet</p>` : html`<${JsonView} value=${result} label="Result" />`}
    <//>
    ${links.length > 0 && html`<${Section} title="One-time links"><${Links} links=${links} /><//>`}
    <${Requests} id=${id} />
    <${Deliveries} id=${id} />`
}

function factsOf (session: WholeSession): Record<string, Content> {
  const { created_at: createdAt, updated_at: updatedAt, token_expires_at: expiresAt, capture_url: url, case_id: caseId, tags } = session
  const { redirect_url: redirectUrl, checks, case_status: caseStatus, retention_status: retention } = session
  return {
    'Result': session.result !== undefined && html`<${Badge} text=${session.result.status} />`,
    'Created': `${dateAndTime(createdAt)} UTC`,
    'Updated': `${dateAndTime(updatedAt)} UTC`,
    'External reference': session.external_ref,
    'Country': session.country,
    'Document': session.document_type,
    'Workflow': session.workflow_id,
    'Checks': checks?.join(', '),
    'Capture URL': url !== null && html`<${UrlText} url=${url} />`,
    'Token expires': expiresAt !== null && html`${dateAndTime(expiresAt)} UTC, <${TimeLeft} until=${expiresAt} />`,
    'Redirect URL': redirectUrl,
    'Case': caseId !== null && html`<span class="mono">${caseId}</span>${caseStatus !== null && html` <${Badge} text=${caseStatus} />`}`,
    'Retention': retention !== null && html`<${Badge} text=${retention} />`,
    'Tags': tags.length > 0 && html`<span class="badges">${tags.map(tag => html`<span class="badge badge-off">${tag}</span>`)}</span>`
  }
}

function isEmpty (metadata: object): boolean {
  return Object.keys(metadata).length === 0
}
