import { html } from '../html.js'
import { ClockCard } from './clock-card.js'
import { StateCard } from './state-card.js'

/** The clock of the mock, and its whole state. */
export function ClockView () {
  return html`<div class="sheet"><${ClockCard} /><${StateCard} /></div>`
}
