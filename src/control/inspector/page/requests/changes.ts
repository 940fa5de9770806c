import type { Change } from '../../../../domain/journal/entry.js'
import { html } from '../html.js'
import { JsonView } from '../json-view.js'
import { hrefOf } from '../route.js'
import { differences } from './differences.js'

const marks = { added: '+', removed: '−', changed: '→' }

/** What a request changed: each field that is different, before and after. */
export function Changes ({ changes }: { changes: readonly Change[] }) {
  return html`
    ${changes.map(({ type, session_id: id, before, after }, at) => html`
      <div class="change" key=${at}>
        <p><b>${type}</b> <a class="mono" href=${hrefOf({ view: 'sessions', id })}>${id}</a></p>
        ${before !== null && html`<${Differences} before=${before} after=${after} />`}
        <details>
          <summary>The whole session${before === null ? '' : ' before and after'}</summary>
          <div class="sides">
            ${before !== null && html`<${JsonView} value=${before} label="The session before" />`}
            <${JsonView} value=${after} label="The session after" />
          </div>
        </details>
      </div>`)}`
}

function Differences ({ before, after }: { before: unknown, after: unknown }) {
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="Differences">
      <table class="differences">
        <thead><tr><th scope="col"><span class="unseen">Kind</span></th><th scope="col">Field</th><th scope="col">Before</th><th scope="col">After</th></tr></thead>
        <tbody>
          ${differences(before, after).map(({ path, kind, before, after }) => html`
            <tr key=${path} class=${kind}>
              <td><span aria-hidden="true">${marks[kind]}</span><span class="unseen">${kind}</span></td>
              <th scope="row" class="mono">${path}</th>
              <td class="mono">${before !== undefined && html`<del>${before}</del>`}</td>
              <td class="mono">${after !== undefined && html`<ins>${after}</ins>`}</td>
            </tr>`)}
        </tbody>
      </table>
    </div>`
}
