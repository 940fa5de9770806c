import { html } from '../html.js'
import type { Route } from '../route.js'

export function ClockView ({ route }: { route: Route }) {
  return html`<p>${route.view}</p>`
}
