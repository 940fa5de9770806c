import { useState } from 'preact/hooks'
import type { RequestSummary } from '../../../../domain/journal/summary.js'
import { Action } from '../action.js'
import { useApi, withQuery } from '../api.js'
import { FilterChip } from '../filter-chip.js'
import { FilterSelect } from '../filter-select.js'
import { html } from '../html.js'
import { ListDetail, ROWS } from '../list-detail.js'
import { useLoaded } from '../loaded.js'
import { Empty, Problem } from '../notice.js'
import { useOverview } from '../overview.js'
import { go } from '../navigation.js'
import type { Route } from '../route.js'
import { SearchBox } from '../search-box.js'
import { HttpStatus } from '../status.js'
import { span, timeOfDay } from '../time.js'
import { RequestDetail } from './request-detail.js'

/** What was requested, the newest first, and what the mock made of it. */
export function RequestsView ({ route }: { route: Route }) {
  const { call } = useApi()
  const { operations, dropped_requests: dropped } = useOverview()
  const [limit, setLimit] = useState(ROWS)
  const { id, query } = route
  const { data, error, reload } = useLoaded(async () => {
    const { data, total } = await call<{ data: RequestSummary[], total: number }>('GET', withQuery('requests/summaries', { ...query, limit }))
    return { requests: data.reverse(), total }
  }, [query, limit], ['requests'])
  const clear = async () => {
    await call('DELETE', 'requests')
    go({ view: 'requests' })
    reload()
  }
  const hasFilter = Object.values(query).some(value => value !== '')
  return html`
    <${ListDetail} label="Requests" route=${route} items=${data?.requests} idOf=${({ id }: RequestSummary) => String(id)}
      rowOf=${(request: RequestSummary) => html`<${Row} request=${request} />`}
      total=${data?.total ?? 0} onMore=${() => setLimit(limit + ROWS)}
      hint="Select a request to see what was sent, what came back, and why."
      detail=${id !== undefined && (/^\d+$/.test(id)
        ? html`<${RequestDetail} key=${id} id=${id} />`
        : html`<${Empty} title="This is not the number of a request." />`)}
      toolbar=${html`
        <${SearchBox} route=${route} label="Search path, ids, and bodies" />
        <${FilterSelect} route=${route} name="status" label="Status" all="All statuses" options=${['2xx', '3xx', '4xx', '5xx']} />
        <${FilterSelect} route=${route} name="operation" label="Operation" all="All operations" options=${operations} />
        <${FilterChip} route=${route} name="session_id" />
        <${Action} run=${clear} confirm="Remove all requests from the journal?">Clear<//>
        ${dropped > 0 && html`<span class="quiet">${dropped.toLocaleString('en')} older dropped</span>`}
        <${Problem} error=${error} />`}
      empty=${hasFilter
        ? html`<${Empty} title="No request matches."><p>Change the search or the filters.</p><//>`
        : html`<${Empty} title="No requests yet.">
            <p>Set your client's base URL to <code>${new URL('../api/v1', document.baseURI).href}</code>, and every request appears here.</p><//>`} />`
}

function Row ({ request }: { request: RequestSummary }) {
  const { at, method, path, operation, status, duration_ms: duration, replayed, fault, reason, session_id: session } = request
  return html`
    <${HttpStatus} status=${status} />
    <span class="row-main">
      <span class="row-title"><b class="method">${method}</b> <span class="mono">${path}</span></span>
      <span class="row-note">
        <time class="mono">${timeOfDay(at)}</time> <span>${span(duration)}</span> ${operation !== null && html`<span>${operation}</span>`}
        ${session !== null && !path.includes(session) && html`<span class="mono">${session}</span>`}
        ${replayed && html`<span class="badge badge-wait">replayed</span>`}
        ${fault !== null && html`<span class="badge badge-warn">${fault}</span>`}
        ${reason !== null && html`<span class="reason">${reason}</span>`}
      </span>
    </span>`
}
