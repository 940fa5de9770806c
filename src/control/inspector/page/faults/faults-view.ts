import { html } from '../html.js'
import type { Route } from '../route.js'

export function FaultsView ({ route }: { route: Route }) {
  return html`<p>${route.view}</p>`
}
