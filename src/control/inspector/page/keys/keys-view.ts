import { useState } from 'preact/hooks'
import type { IdempotencyKey } from '../../../../domain/idempotency/listed-key.js'
import { useApi, withQuery } from '../api.js'
import { useClockTime } from '../clock-time.js'
import { html } from '../html.js'
import { ROWS } from '../list-detail.js'
import { useLoaded } from '../loaded.js'
import { Empty, Problem } from '../notice.js'
import { useOverview } from '../overview.js'
import { hrefOf, type Route } from '../route.js'
import { SearchBox } from '../search-box.js'
import { dateAndTime, span } from '../time.js'

/** The idempotency keys that are kept, the newest first, and how long they still are. */
export function KeysView ({ route }: { route: Route }) {
  const { call } = useApi()
  const [limit, setLimit] = useState(ROWS)
  const time = useClockTime(useOverview().clock)
  const { query } = route
  const { data, error } = useLoaded<{ data: IdempotencyKey[], total: number, evicted: number }>(
    async () => call('GET', withQuery('idempotency-keys', { q: query['q'], limit })), [query, limit], ['documents', 'settings']
  )
  const keys = data?.data.toReversed().filter(({ expires_at: end }) => Date.parse(end) > time)
  return html`
    <div class="page">
      <div class="toolbar">
        <${SearchBox} route=${route} label="Search keys and sessions" />
        ${data !== undefined && data.evicted > 0 && html`<span class="quiet">${data.evicted.toLocaleString('en')} evicted before their time</span>`}
        <${Problem} error=${error} />
      </div>
      ${keys?.length === 0 && (query['q'] === undefined || query['q'] === ''
        ? html`<${Empty} title="No idempotency keys."><p>Send <code>Idempotency-Key</code> with a request. The mock keeps it for 24 hours of its clock.</p><//>`
        : html`<${Empty} title="No key matches."><p>Change the search.</p><//>`)}
      ${keys !== undefined && keys.length > 0 && html`
        <div class="scroll" tabindex="0" role="region" aria-label="Idempotency keys">
          <table class="wide">
            <thead><tr>
              <th scope="col">Idempotency key</th><th scope="col">API key</th><th scope="col">Session</th><th scope="col">First used (UTC)</th>
              <th scope="col" class="number">Replays</th><th scope="col" class="number">Time left</th>
            </tr></thead>
            <tbody>${keys.map(key => html`<${Row} key=${`${key.api_key} ${key.key}`} idempotencyKey=${key} time=${time} />`)}</tbody>
          </table>
        </div>`}
      ${data !== undefined && data.data.length < data.total && html`
        <p class="more">${data.data.length.toLocaleString('en')} of ${data.total.toLocaleString('en')} <button type="button" onClick=${() => setLimit(limit + ROWS)}>Show more</button></p>`}
    </div>`
}

function Row ({ idempotencyKey, time }: { idempotencyKey: IdempotencyKey, time: number }) {
  const { key, api_key: apiKey, session_id: session, first_seen_at: start, expires_at: end, replays } = idempotencyKey
  return html`
    <tr>
      <th scope="row"><a class="mono" href=${hrefOf({ view: 'requests', query: { idempotency_key: key } })}>${key}</a></th>
      <td class="mono">${apiKey}</td>
      <td>${session !== null && html`<a class="mono" href=${hrefOf({ view: 'sessions', id: session })}>${session}</a>`}</td>
      <td class="mono">${dateAndTime(start)}</td>
      <td class="number">${replays}</td>
      <td class="number">${span(Date.parse(end) - time)}</td>
    </tr>`
}
