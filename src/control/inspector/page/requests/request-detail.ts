import { useState } from 'preact/hooks'
import type { JournalEntry, JournalMessage } from '../../../../domain/journal/entry.js'
import { useApi } from '../api.js'
import { CopyButton } from '../copy-button.js'
import { Facts, Section } from '../facts.js'
import { html } from '../html.js'
import { JsonView } from '../json-view.js'
import { useLoaded } from '../live.js'
import { Problem } from '../notice.js'
import { encode, hrefOf } from '../route.js'
import { HttpStatus } from '../status.js'
import { dateAndTime, span } from '../time.js'
import { Changes } from './changes.js'
import { curlOf } from './curl.js'
import { ResendForm } from './resend-form.js'

/** One request: what was sent, what came back, why, and what changed. */
export function RequestDetail ({ id }: { id: string }) {
  const { call } = useApi()
  const { data: entry, error } = useLoaded<JournalEntry>(async () => call('GET', `requests/${encode(id)}`), [id], [])
  const [isResending, setIsResending] = useState(false)
  if (entry === undefined) return html`<${Problem} error=${error} />`
  const { method, path, status, reason, request, response, changes, deliveries } = entry
  return html`
    <header class="detail-head">
      <h2><${HttpStatus} status=${status} /> <b class="method">${method}</b> <span class="mono">${path}</span></h2>
      <div class="actions">
        <${CopyButton} text=${curlOf(entry, new URL('..', document.baseURI).href.replace(/\/$/, ''))} label="Copy as curl" />
        <button type="button" aria-expanded=${isResending} onClick=${() => setIsResending(!isResending)}>Send again</button>
      </div>
    </header>
    ${isResending && html`<${ResendForm} entry=${entry} />`}
    ${reason !== null && html`<p class=${`callout ${status !== null && status < 400 ? '' : 'callout-bad'}`}>${reason}</p>`}
    <${Facts} facts=${factsOf(entry)} />
    ${changes.length > 0 && html`<${Section} title="What changed"><${Changes} changes=${changes} /><//>`}
    ${deliveries.length > 0 && html`
      <${Section} title="Webhooks">
        <ul>${deliveries.map(id => html`<li key=${id}><a class="mono" href=${hrefOf({ view: 'webhooks', id })}>${id}</a></li>`)}</ul>
      <//>`}
    <${Message} title="Request" message=${request} />
    <${Message} title="Response" message=${response} />`
}

function factsOf ({ id, at, duration_ms: duration, operation, session_id: session, api_key: key, ...entry }: JournalEntry) {
  return {
    'Time': `${dateAndTime(at)} UTC, number ${id}`,
    'Duration': span(duration),
    'Operation': operation ?? 'none: no route matched',
    'Session': session !== null && html`<a class="mono" href=${hrefOf({ view: 'sessions', id: session })}>${session}</a>`,
    'API key': key !== null && html`<span class="mono">${key}</span>`,
    'Idempotency key': entry.idempotency_key !== null && html`<span class="mono">${entry.idempotency_key}</span>${entry.replayed && ', replayed'}`,
    'Fault': entry.fault !== null && html`<span class="mono">${entry.fault}</span>`,
    'Request ID': html`<span class="mono">${entry.request_id}</span>`
  }
}

function Message ({ title, message: { headers, body } }: { title: string, message: JournalMessage }) {
  return html`
    <${Section} title=${title}>
      ${body === null ? html`<p class="quiet">No body</p>` : html`<${JsonView} value=${body} label=${`${title} body`} />`}
      <details>
        <summary>Headers (${Object.keys(headers).length})</summary>
        <dl class="headers">
          ${Object.entries(headers).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${String(value)}</dd></div>`)}
        </dl>
      </details>
    <//>`
}
