import { html } from '../html.js'
import type { Route } from '../route.js'

export function SessionsView ({ route }: { route: Route }) {
  return html`<p>${route.view}</p>`
}
