import type { DeliveryAttempt } from '../../../../domain/webhooks/delivery.js'
import type { WebhookDelivery } from '../../../../domain/webhooks/webhook-delivery.js'
import { Action } from '../action.js'
import { useApi } from '../api.js'
import { CopyButton } from '../copy-button.js'
import { Facts, Section } from '../facts.js'
import { html } from '../html.js'
import { JsonView } from '../json-view.js'
import { useLoaded } from '../loaded.js'
import { Problem } from '../notice.js'
import { encode, hrefOf } from '../route.js'
import { Badge, HttpStatus } from '../status.js'
import { dateAndTime } from '../time.js'
import { Until } from './until.js'

/** One delivery: what is sent, and each attempt to do so. */
export function DeliveryDetail ({ id }: { id: string }) {
  const { call } = useApi()
  const { data: delivery, error, reload } = useLoaded<WebhookDelivery>(
    async () => call('GET', `webhooks/deliveries/${encode(id)}`), [id], ['documents']
  )
  if (delivery === undefined) return html`<${Problem} error=${error} />`
  const deliver = async () => {
    await call('POST', 'webhooks/deliver', { ids: [id] })
    reload()
  }
  const { event, status, held, error: failure, history, payload, body } = delivery
  return html`
    <header class="detail-head">
      <h2><${Badge} text=${held ? 'held' : status} /> <span class="mono">${event}</span></h2>
      <div class="actions"><${Action} run=${deliver}>Deliver now<//></div>
    </header>
    <${Problem} error=${error} />
    ${failure !== null && html`<p class="callout callout-bad">${failure}</p>`}
    <${Facts} facts=${factsOf(delivery)} />
    <${Section} title="Attempts">${history.length === 0 ? html`<p class="quiet">Not sent yet</p>` : html`<${Attempts} history=${history} />`}<//>
    <${Section} title="Body">
      <${JsonView} value=${payload} label="Body" />
      <details>
        <summary>Exact text (${new TextEncoder().encode(body).length.toLocaleString('en')} bytes)</summary>
        <pre class="json" tabindex="0" role="region" aria-label="Exact text of the body">${body}</pre>
        <${CopyButton} text=${body} label="Copy the text" />
      </details>
    <//>`
}

function factsOf ({ id, session_id: session, url, environment, held, created_at: at, ...delivery }: WebhookDelivery) {
  const { endpoint_id: endpoint, next_attempt_at: next } = delivery
  return {
    'Next attempt': held ? 'when it is delivered or released' : next !== null && html`${dateAndTime(next)} UTC, <${Until} at=${next} />`,
    'Happened': `${dateAndTime(at)} UTC`,
    'Session': session !== null && html`<a class="mono" href=${hrefOf({ view: 'sessions', id: session })}>${session}</a>`,
    'URL': html`<span class="mono">${url}</span>`,
    'Endpoint': html`<a class="mono" href=${hrefOf({ view: 'webhooks', id: endpoint, query: { show: 'endpoints' } })}>${endpoint}</a>`,
    'Environment': environment,
    'Delivery ID': html`<span class="mono">${id}</span>`
  }
}

function Attempts ({ history }: { history: readonly DeliveryAttempt[] }) {
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="Attempts">
      <table class="attempts">
        <thead><tr><th scope="col">Time (UTC)</th><th scope="col">Status</th><th scope="col">Error</th><th scope="col">Fault</th></tr></thead>
        <tbody>
          ${history.map(({ at, http_status: status, error, fault }, index) => html`
            <tr key=${index}>
              <th scope="row" class="mono">${dateAndTime(at)}</th>
              <td>${status === null ? html`<span class="quiet">none</span>` : html`<${HttpStatus} status=${status} />`}</td>
              <td>${error}</td>
              <td>${fault !== null && html`<span class="badge badge-warn">${fault}</span>`}</td>
            </tr>`)}
        </tbody>
      </table>
    </div>`
}
