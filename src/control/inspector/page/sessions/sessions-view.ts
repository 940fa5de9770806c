import { useState } from 'preact/hooks'
import type { Session } from '../../../../domain/sessions/session.js'
import { useApi, withQuery } from '../api.js'
import { FilterSelect } from '../filter-select.js'
import { html } from '../html.js'
import { ListDetail, ROWS } from '../list-detail.js'
import { useLoaded } from '../loaded.js'
import { Empty, Problem } from '../notice.js'
import { go } from '../navigation.js'
import type { Route } from '../route.js'
import { SearchBox } from '../search-box.js'
import { Badge } from '../status.js'
import { dateAndTime } from '../time.js'
import { statuses } from './active.js'
import { NewSession } from './new-session.js'
import { SessionDetail } from './session-detail.js'

/** The longest list: what is further down is found by a search. */
const MAX_ROWS = 1_000

/** How many tags a row shows. */
const TAGS = 3

/** In place of the session's ID, which is never empty. */
const NEW = ''

/** The sessions of one environment, the newest first. */
export function SessionsView ({ route: { view, id, query: given } }: { route: Route }) {
  const { call } = useApi()
  const [limit, setLimit] = useState(ROWS)
  const query = { ...given, environment: given['environment'] === 'live' ? 'live' : 'sandbox' }
  const route = { view, id, query }
  const { q, environment, status } = query as Record<string, string>
  const { data, error, reload } = useLoaded<{ data: Session[], total: number }>(
    async () => call('GET', withQuery('sessions', { environment, status, q, limit })), [environment, status, q, limit], ['documents']
  )
  const close = () => go({ view, query })
  const add = (session: Session) => {
    go({ view, id: session.id, query: { environment: session.is_sandbox ? 'sandbox' : 'live' } })
    reload()
  }
  const isFull = limit >= MAX_ROWS && data !== undefined && data.total > MAX_ROWS
  return html`
    <${ListDetail} label="Sessions" route=${route} items=${data?.data} idOf=${({ id }: Session) => id}
      rowOf=${(session: Session) => html`<${Row} session=${session} />`}
      total=${isFull ? 0 : data?.total ?? 0} onMore=${() => setLimit(Math.min(limit + ROWS, MAX_ROWS))}
      hint="Select a session to see its data, its result, and what happened to it."
      detail=${id === NEW
        ? html`<${NewSession} environment=${environment} onAdded=${add} onClose=${close} />`
        : id !== undefined && html`<${SessionDetail} key=${id} id=${id} onRemoved=${close} />`}
      toolbar=${html`
        <${SearchBox} route=${route} label="Search id and reference" />
        <${FilterSelect} route=${route} name="environment" label="Environment" options=${['sandbox', 'live']} />
        <${FilterSelect} route=${route} name="status" label="Status" all="All statuses"
          options=${statuses.map(value => ({ value, text: value.replaceAll('_', ' ') }))} />
        <button type="button" onClick=${() => go({ view, id: NEW, query })}>New session</button>
        ${isFull && html`<span class="quiet">The newest ${MAX_ROWS.toLocaleString('en')} of ${data.total.toLocaleString('en')}: search to find others</span>`}
        <${Problem} error=${error} />`}
      empty=${q || status
        ? html`<${Empty} title="No session matches."><p>Change the search or the filters.</p><//>`
        : html`<${Empty} title=${`No ${environment} sessions.`}>
            <p>Create one with <code>POST /api/v1/sessions</code>, or add one here with “New session”.</p><//>`} />`
}

function Row ({ session }: { session: Session }) {
  const { id, status, external_ref: reference, created_at: createdAt, tags, retention_status: retention } = session
  return html`
    <span class="state"><${Badge} text=${status} /></span>
    <span class="row-main">
      <span class="row-title mono">${id}</span>
      <span class="row-note">
        <time class="mono">${dateAndTime(createdAt)}</time>
        ${reference !== null && html`<span class="row-title">${reference}</span>`}
        ${retention !== null && retention !== 'active' && html`<${Badge} text=${retention} />`}
        ${tags.slice(0, TAGS).map(tag => html`<span class="badge badge-off">${tag}</span>`)}
        ${tags.length > TAGS && html`<span>+${tags.length - TAGS}</span>`}
      </span>
    </span>`
}
