import type { MaskedEndpoint } from '../../../../domain/webhooks/masked-endpoint.js'
import { Facts } from '../facts.js'
import { html } from '../html.js'
import { hrefOf } from '../route.js'
import { Badge } from '../status.js'
import { dateAndTime } from '../time.js'

/** One endpoint: what it wants, and whether it fails. */
export function EndpointDetail ({ endpoint }: { endpoint: MaskedEndpoint }) {
  const { id, url, enabled, failures } = endpoint
  return html`
    <header class="detail-head">
      <h2><${Badge} text=${enabled ? 'enabled' : 'disabled'} /> <span class="mono">${url}</span></h2>
      <div class="actions"><a href=${hrefOf({ view: 'webhooks', query: { endpoint_id: id } })}>Its deliveries</a></div>
    </header>
    ${!enabled && html`<p class=${`callout ${failures > 0 ? 'callout-bad' : ''}`}>No events are sent to it until it is enabled.</p>`}
    <${Facts} facts=${factsOf(endpoint)} />`
}

function factsOf ({ id, environment, label, description, failures, secret, ...endpoint }: MaskedEndpoint) {
  const { enabled_events: events, attribute_blocklist: blocklist, event_filter_conditions: conditions } = endpoint
  return {
    'Label': label,
    'Description': description,
    'Environment': environment,
    'Events': events.length === 0 ? 'all' : mono(events.join(', ')),
    'Conditions': Object.keys(conditions).length > 0 && mono(JSON.stringify(conditions)),
    'Left out': blocklist.length > 0 && mono(blocklist.join(', ')),
    'Casing': endpoint.key_inflection,
    'API version': endpoint.api_version,
    'Failed in a row': `${failures} (ten disable the endpoint)`,
    'Secret': mono(secret),
    'Created': `${dateAndTime(endpoint.created_at)} UTC`,
    'Updated': `${dateAndTime(endpoint.updated_at)} UTC`,
    'Endpoint ID': mono(id)
  }
}

function mono (text: string) {
  return html`<span class="mono">${text}</span>`
}
