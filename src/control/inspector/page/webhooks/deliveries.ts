import { useState } from 'preact/hooks'
import type { WebhookDelivery } from '../../../../domain/webhooks/webhook-delivery.js'
import { useApi, withQuery } from '../api.js'
import { FilterChip } from '../filter-chip.js'
import { FilterSelect } from '../filter-select.js'
import { html } from '../html.js'
import { ListDetail, ROWS } from '../list-detail.js'
import { useLoaded } from '../loaded.js'
import { Empty, Problem } from '../notice.js'
import { useOverview } from '../overview.js'
import { hrefOf, type Route } from '../route.js'
import { SearchBox } from '../search-box.js'
import { Badge, HttpStatus } from '../status.js'
import { timeOfDay } from '../time.js'
import { DeliveryDetail } from './delivery-detail.js'
import { NoEndpoint } from './no-endpoint.js'
import { Sending, TRIGGER } from './sending.js'
import { TriggerForm } from './trigger-form.js'
import { Until } from './until.js'
import { attemptsInWords, events, statuses, TEST_EVENT } from './words.js'

/** What was sent, or will be, the newest first. */
export function Deliveries ({ route }: { route: Route }) {
  const { call } = useApi()
  const { counts } = useOverview()
  const [limit, setLimit] = useState(ROWS)
  const { id, query: { q, status, event, session_id, endpoint_id } } = route
  const filters = { q, status, event, session_id, endpoint_id }
  const { data, error } = useLoaded(async () => {
    const page = await call<{ data: WebhookDelivery[], total: number, dropped: number }>('GET', withQuery('webhooks/deliveries', { ...filters, limit }))
    return { ...page, data: page.data.toReversed() }
  }, [filters, limit], ['documents'])
  return html`
    <${ListDetail} label="Deliveries" route=${route} items=${data?.data} idOf=${({ id }: WebhookDelivery) => id}
      rowOf=${(delivery: WebhookDelivery) => html`<${Row} delivery=${delivery} />`}
      total=${data?.total ?? 0} onMore=${() => setLimit(limit + ROWS)}
      hint="Select a delivery to see what was sent, when, and what the receiver said."
      detail=${id === TRIGGER ? html`<${TriggerForm} route=${route} />` : id !== undefined && html`<${DeliveryDetail} key=${id} id=${id} />`}
      toolbar=${html`
        <${Sending} route=${route} />
        <${SearchBox} route=${route} label="Search ids, URL, and body" />
        <${FilterSelect} route=${route} name="status" label="Status" all="All statuses" options=${statuses} />
        <${FilterSelect} route=${route} name="event" label="Event" all="All events" options=${[...events, TEST_EVENT]} />
        <${FilterChip} route=${route} name="session_id" />
        <${FilterChip} route=${route} name="endpoint_id" />
        ${data !== undefined && data.dropped > 0 && html`<span class="quiet">${data.dropped.toLocaleString('en')} older dropped</span>`}
        <${Problem} error=${error} />`}
      empty=${Object.values(filters).some(Boolean)
        ? html`<${Empty} title="No delivery matches."><p>Change the search or the filters.</p><//>`
        : counts.endpoints === 0 ? html`<${NoEndpoint} />` : html`<${Empty} title="No deliveries yet.">
            <p>Simulate the outcome of a <a href=${hrefOf({ view: 'sessions' })}>session</a>, or <a href=${hrefOf({ view: 'webhooks', id: TRIGGER })}>trigger an event</a>.</p><//>`} />`
}

function Row ({ delivery }: { delivery: WebhookDelivery }) {
  const { event, session_id: session, url, status, held, attempts, http_status: http, error, created_at: at } = delivery
  const next = delivery.next_attempt_at
  return html`
    <span class="outcome"><${Badge} text=${held ? 'held' : status} /></span>
    <span class="row-main">
      <span class="row-title"><b class="mono">${event}</b> <span class="mono quiet">${url.replace(/^https?:\/\//, '')}</span></span>
      <span class="row-note">
        <time class="mono">${timeOfDay(at)}</time>
        ${session !== null && html`<span class="mono">${session}</span>`}
        <span class="row-note">
          ${http !== null && html`<${HttpStatus} status=${http} />`}
          <span>${attemptsInWords(attempts)}</span>
          ${next !== null && html`<span>${attempts === 0 ? 'sent' : 'again'} <${Until} at=${next} /></span>`}
        </span>
        ${http === null && error !== null && html`<span class="reason">${error}</span>`}
      </span>
    </span>`
}
