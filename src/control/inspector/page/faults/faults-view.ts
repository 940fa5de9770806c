import type { Fault } from '../../../../domain/faults/rules.js'
import { Action } from '../action.js'
import { useApi } from '../api.js'
import { html } from '../html.js'
import { useLoaded } from '../loaded.js'
import { Empty, Problem } from '../notice.js'
import { effectInWords, matchInWords, timesInWords } from './fault-words.js'
import { FaultForm } from './fault-form.js'

/** The faults that are not used up, in the order in which they are tried. */
export function FaultsView () {
  const { call } = useApi()
  const { data, error } = useLoaded<{ data: Fault[] }>(async () => call('GET', 'faults'), [], ['settings'])
  const faults = data?.data
  return html`
    <div class="sheet">
      <${FaultForm} />
      <section class="card" aria-labelledby="faults">
        <header class="detail-head">
          <h2 id="faults">Faults</h2>
          ${faults !== undefined && faults.length > 1 && html`
            <${Action} run=${async () => call('DELETE', 'faults')} confirm="Remove all faults?">Remove all<//>`}
        </header>
        <${Problem} error=${error} />
        ${faults?.length === 0 && html`
          <${Empty} title="No faults."><p>A fault makes a response or a webhook late, wrong, or lost, so that you can see what your application does then.</p><//>`}
        <ul class="rows">
          ${faults?.map(fault => html`
            <li key=${fault.id}>
              <p><b>${effectInWords(fault.then)}</b><br /><span class="quiet">${matchInWords(fault)} · ${timesInWords(fault)}</span></p>
              <${Action} run=${async () => call('DELETE', `faults/${fault.id}`)}>Remove<span class="unseen"> ${fault.id}</span><//>
            </li>`)}
        </ul>
      </section>
    </div>`
}
