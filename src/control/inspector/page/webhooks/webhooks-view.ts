import { html } from '../html.js'
import type { Route } from '../route.js'
import { Deliveries } from './deliveries.js'
import { Endpoints } from './endpoints.js'

/** Webhooks: what was delivered and how, or the endpoints. */
export function WebhooksView ({ route }: { route: Route }) {
  return route.query['show'] === 'endpoints' ? html`<${Endpoints} route=${route} />` : html`<${Deliveries} route=${route} />`
}
