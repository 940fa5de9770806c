import { useEffect } from 'preact/hooks'
import type { Overview } from '../../routes/overview.js'
import { useApi } from './api.js'
import { useClockTime } from './clock-time.js'
import { ClockView } from './clock/clock-view.js'
import { FaultsView } from './faults/faults-view.js'
import { html } from './html.js'
import { KeysView } from './keys/keys-view.js'
import { useLiveState } from './live.js'
import { useLoaded } from './loaded.js'
import { Problem } from './notice.js'
import { OverviewProvider } from './overview.js'
import { RequestsView } from './requests/requests-view.js'
import { hrefOf, type Route, type View, views } from './route.js'
import { SessionsView } from './sessions/sessions-view.js'
import { dateAndTime } from './time.js'
import { WebhooksView } from './webhooks/webhooks-view.js'

const parts = {
  requests: { title: 'Requests', show: RequestsView, countOf: ({ counts }: Overview) => counts.requests },
  sessions: { title: 'Sessions', show: SessionsView, countOf: ({ counts }: Overview) => counts.sessions },
  webhooks: { title: 'Webhooks', show: WebhooksView, countOf: ({ counts }: Overview) => counts.deliveries },
  keys: { title: 'Keys', show: KeysView, countOf: ({ counts }: Overview) => counts.idempotency_keys },
  faults: { title: 'Faults', show: FaultsView, countOf: ({ counts }: Overview) => counts.faults },
  clock: { title: 'Clock and state', show: ClockView, countOf: () => undefined }
} satisfies Record<View, unknown>

/** The frame of every view: navigation, clock, and the choice of the workspace. */
export function Shell ({ route, onWorkspace }: { route: Route, onWorkspace: (id: string | undefined) => void }) {
  const { call } = useApi()
  const { data: overview, error } = useLoaded<Overview>(async () => call('GET', 'overview'), [], ['requests', 'documents', 'settings'])
  const { title, show: View } = parts[route.view]
  useEffect(() => {
    document.title = `${title} – verifa-mock`
    document.querySelector('.tabs [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [title])
  if (overview === undefined) return html`<main class="login"><h1>verifa-mock</h1><${Problem} error=${error} /></main>`
  return html`
    <${OverviewProvider} value=${overview}>
      <a class="skip" href="#content" onClick=${skipToContent}>Skip to the content</a>
      <${Header} overview=${overview} onWorkspace=${onWorkspace} />
      <nav class="tabs" aria-label="Views">
        ${views.map(view => html`
          <a key=${view} href=${hrefOf({ view })} aria-current=${view === route.view ? 'page' : undefined}>
            ${parts[view].title}${' '}<${Count} value=${parts[view].countOf(overview)} />
          </a>`)}
      </nav>
      <main id="content" class="view" tabindex="-1" aria-label=${title}>
        <${Problem} error=${error} />
        <${View} key=${route.view} route=${route} />
      </main>
    <//>`
}

function Header ({ overview, onWorkspace }: { overview: Overview, onWorkspace: (id: string | undefined) => void }) {
  const { workspace } = useApi()
  const { open } = useLiveState()
  const time = useClockTime(overview.clock)
  return html`
    <header class="top">
      <h1 class="brand"><a href=${hrefOf({ view: 'requests' })}>verifa-mock</a> <small>${overview.version}</small></h1>
      ${overview.isolated && html`
        <label class="workspace">Workspace
          <select value=${workspace ?? ''} onChange=${(event: Event) => onWorkspace((event.target as HTMLSelectElement).value || undefined)}>
            <option value="">without an API key</option>
            ${overview.workspaces.map(({ id, api_key: key }) => html`<option key=${id} value=${id}>${key}</option>`)}
          </select>
        </label>`}
      <span class="spring"></span>
      ${overview.webhooks.held && html`<a class="chip chip-warn" href=${hrefOf({ view: 'webhooks' })}>Webhooks are held</a>`}
      <a class="chip" href=${hrefOf({ view: 'clock' })} title="The clock of the mock, in UTC">
        <span class="mono">${dateAndTime(new Date(time).toISOString())}</span>${overview.clock.frozen && ' frozen'}
      </a>
      <span class=${`live ${open ? 'live-on' : ''}`} role="status">${open ? 'Live' : 'Not connected'}</span>
    </header>`
}

function Count ({ value }: { value: number | undefined }) {
  return value === undefined ? null : html`<span class="count">${value.toLocaleString('en')}</span>`
}

/** The fragment of the URL is the route, so the link cannot use it. */
function skipToContent (event: Event): void {
  event.preventDefault()
  document.getElementById('content')?.focus()
}
