import type { RequestSummary } from '../../../../domain/journal/summary.js'
import type { Revisions } from '../../../../domain/revisions.js'
import type { WebhookDelivery } from '../../../../domain/webhooks/webhook-delivery.js'
import { useApi, withQuery } from '../api.js'
import { Section } from '../facts.js'
import { html, type Content } from '../html.js'
import { useLoaded } from '../loaded.js'
import { Problem } from '../notice.js'
import { hrefOf, type View } from '../route.js'
import { Badge, HttpStatus } from '../status.js'
import { dateAndTime } from '../time.js'

/** How many of the newest are shown. */
const ROWS = 5

/** The newest requests that were about a session. */
export function Requests ({ id }: { id: string }) {
  return html`
    <${Newest} id=${id} title="Requests" view="requests" path="requests/summaries" watched="requests" rowOf=${(request: RequestSummary) => html`
      <${HttpStatus} status=${request.status} />
      <span class="row-main">
        <span class="row-title"><b class="method">${request.method}</b> <span class="mono">${request.path}</span></span>
        <time class="row-note mono">${dateAndTime(request.at)}</time>
      </span>`} />`
}

/** The newest deliveries of webhooks that were about a session. */
export function Deliveries ({ id }: { id: string }) {
  return html`
    <${Newest} id=${id} title="Webhooks" view="webhooks" path="webhooks/deliveries" watched="documents" rowOf=${(delivery: WebhookDelivery) => html`
      <span class="state"><${Badge} text=${delivery.held ? 'held' : delivery.status} /></span>
      <span class="row-main">
        <span class="row-title mono">${delivery.event}</span>
        <span class="row-note"><time class="mono">${dateAndTime(delivery.created_at)}</time>${delivery.error !== null && html`<span>${delivery.error}</span>`}</span>
      </span>`} />`
}

interface NewestProps<T> {
  id: string
  title: string
  /** Where all of them are shown. */
  view: View
  /** The call that lists them, the oldest first. */
  path: string
  watched: keyof Revisions
  rowOf: (item: T) => Content
}

function Newest<T extends { id: string | number }> ({ id, title, view, path, watched, rowOf }: NewestProps<T>) {
  const { call } = useApi()
  const query = { session_id: id }
  const { data, error } = useLoaded<{ data: T[], total: number }>(async () => call('GET', withQuery(path, { ...query, limit: ROWS })), [id], [watched])
  return html`
    <${Section} title=${title}>
      <${Problem} error=${error} />
      ${data?.total === 0 && html`<p class="quiet">None</p>`}
      <ul>
        ${data?.data.toReversed().map(item => html`
          <li key=${item.id}><a class="row" href=${hrefOf({ view, id: String(item.id), query })}>${rowOf(item)}</a></li>`)}
      </ul>
      ${data !== undefined && data.total > 0 && html`<p class="all"><a href=${hrefOf({ view, query })}>All ${title.toLowerCase()} of this session (${data.total.toLocaleString('en')})</a></p>`}
    <//>`
}
