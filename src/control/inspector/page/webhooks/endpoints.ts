import type { MaskedEndpoint } from '../../../../domain/webhooks/masked-endpoint.js'
import { useApi } from '../api.js'
import { html } from '../html.js'
import { ListDetail } from '../list-detail.js'
import { useLoaded } from '../loaded.js'
import { Problem } from '../notice.js'
import type { Route } from '../route.js'
import { Badge } from '../status.js'
import { EndpointDetail } from './endpoint-detail.js'
import { NoEndpoint } from './no-endpoint.js'
import { Sending, TRIGGER } from './sending.js'
import { TriggerForm } from './trigger-form.js'

/** The endpoints of both environments, the oldest first. */
export function Endpoints ({ route }: { route: Route }) {
  const { call } = useApi()
  const { id } = route
  const { data, error } = useLoaded<{ data: MaskedEndpoint[] }>(async () => call('GET', 'webhooks/endpoints'), [], ['documents'])
  const endpoint = data?.data.find(endpoint => endpoint.id === id)
  return html`
    <${ListDetail} label="Endpoints" route=${route} items=${data?.data} idOf=${({ id }: MaskedEndpoint) => id}
      rowOf=${(endpoint: MaskedEndpoint) => html`<${Row} endpoint=${endpoint} />`} total=${data?.data.length ?? 0}
      hint="Select an endpoint to see what it wants, and whether it fails."
      detail=${id === TRIGGER ? html`<${TriggerForm} route=${route} />`
        : endpoint !== undefined ? html`<${EndpointDetail} endpoint=${endpoint} />`
          : data !== undefined && html`<p>There is no endpoint <span class="mono">${id}</span>. It may have been deleted.</p>`}
      toolbar=${html`<${Sending} route=${route} /><${Problem} error=${error} />`}
      empty=${html`<${NoEndpoint} />`} />`
}

function Row ({ endpoint: { url, enabled, environment, label, failures } }: { endpoint: MaskedEndpoint }) {
  return html`
    <span class="outcome"><${Badge} text=${enabled ? 'enabled' : 'disabled'} /></span>
    <span class="row-main">
      <span class="row-title mono">${url}</span>
      <span class="row-note">
        <span>${environment}</span>
        ${label !== null && html`<span class="row-title">${label}</span>`}
        ${failures > 0 && html`<span class="badge badge-warn">${failures} failed in a row</span>`}
      </span>
    </span>`
}
