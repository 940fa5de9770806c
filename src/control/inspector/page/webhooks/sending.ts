import type { WebhookDelivery } from '../../../../domain/webhooks/webhook-delivery.js'
import type { WebhookState } from '../../../routes/webhook-state.js'
import { Action } from '../action.js'
import { useApi } from '../api.js'
import { html } from '../html.js'
import { useLoaded } from '../loaded.js'
import { Problem } from '../notice.js'
import { useOverview } from '../overview.js'
import { go } from '../navigation.js'
import { hrefOf, type Route } from '../route.js'
import { Badge } from '../status.js'
import { timingInWords } from './words.js'

/** In place of the ID of what is selected, which is never empty. */
export const TRIGGER = ''

/** The bar above both lists: which of them is shown, and whether webhooks are sent. */
export function Sending ({ route: { view, query } }: { route: Route }) {
  const { call } = useApi()
  const { webhooks } = useOverview()
  const { data, error, reload } = useLoaded(async () => {
    const [state, { data: pending }] = await Promise.all([
      call<WebhookState>('GET', 'webhooks'), call<{ data: WebhookDelivery[] }>('GET', 'webhooks/deliveries?status=pending&limit=50')
    ])
    return { ...state, hasHeld: pending.some(({ held }) => held) }
  }, [], ['documents', 'settings'])
  const { held, timing, hasHeld } = data ?? { ...webhooks, hasHeld: false }
  const post = (path: string, body?: unknown) => async () => {
    await call('POST', path, body)
    reload()
  }
  const showsEndpoints = query['show'] === 'endpoints'
  return html`
    <div class="bar">
      <nav class="switch" aria-label="Lists of webhooks">
        <a href=${hrefOf({ view })} aria-current=${showsEndpoints ? undefined : 'page'}>Deliveries</a>
        <a href=${hrefOf({ view, query: { show: 'endpoints' } })} aria-current=${showsEndpoints ? 'page' : undefined}>Endpoints</a>
      </nav>
      <span class="spring"></span>
      <button type="button" onClick=${() => go({ view, id: TRIGGER, query })}>Trigger…</button>
    </div>
    <div class="bar">
      ${held ? html`<span><${Badge} text="held" /> until released</span>` : html`<span>${timingInWords(timing)}</span>`}
      <span class="spring"></span>
      ${hasHeld && html`<${Action} run=${post('webhooks/deliver', { ids: 'all' })}>Deliver all held<//>`}
      ${held ? html`<${Action} key="release" run=${post('webhooks/release')}>Release<//>` : html`<${Action} key="hold" run=${post('webhooks/hold')}>Hold<//>`}
      <${Problem} error=${error} />
    </div>`
}
