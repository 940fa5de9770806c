import { useState } from 'preact/hooks'
import { useApi } from '../api.js'
import { textOf, useForm } from '../form.js'
import { html } from '../html.js'
import { Problem } from '../notice.js'
import { useOverview } from '../overview.js'
import { type FaultForm as Values, faultRuleOf, fieldsOf } from './fault-rule.js'
import { drops, webhookFaults } from './fault-words.js'

const ofRequests = { 'status': 'Return an error', 'delay': 'Delay the request', 'drop-before': drops.before, 'drop-after': drops.after }
const names = ['kind', 'status', 'detail', 'delay', 'operation', 'session', 'key', 'event', 'endpoint', 'times', 'skip'] as const

/** Adds a fault. What was entered stays, for the next one. */
export function FaultForm () {
  const { call } = useApi()
  const { operations } = useOverview()
  const [kind, setKind] = useState('status')
  const fields = fieldsOf(kind)
  const { error, onSubmit } = useForm(async form => {
    const values = Object.fromEntries(names.map(name => [name, textOf(form, name).trim()])) as unknown as Values
    await call('POST', 'faults', faultRuleOf(values))
  })
  const text = (name: keyof Values, label: string, hint: string) => fields.includes(name) && html`
    <label class="field" key=${name}>${label}<input name=${name} placeholder=${hint} autocomplete="off" /></label>`
  return html`
    <form class="card" onSubmit=${onSubmit} aria-label="Add a fault">
      <h2>Add a fault</h2>
      <div class="fields">
        <label class="field">Effect
          <select name="kind" value=${kind} onChange=${(event: Event) => setKind((event.target as HTMLSelectElement).value)}>
            <optgroup label="Requests">${Object.entries(ofRequests).map(([value, words]) => html`<option value=${value}>${words}</option>`)}</optgroup>
            <optgroup label="Webhooks">${Object.entries(webhookFaults).map(([value, words]) => html`<option value=${`webhook-${value}`}>${words}</option>`)}</optgroup>
          </select>
        </label>
        ${fields.includes('status') && html`<label class="field">Status<input name="status" type="number" min="400" max="599" required defaultValue="503" /></label>`}
        ${text('detail', 'Detail', 'a sentence about the status')}
        ${fields.includes('delay') && html`<label class="field">Milliseconds<input name="delay" type="number" min="0" max="600000" required defaultValue="2000" /></label>`}
        ${fields.includes('operation') && html`
          <label class="field">Operation
            <select name="operation"><option value="">all</option>${operations.map(id => html`<option key=${id}>${id}</option>`)}</select>
          </label>`}
        <label class="field">Session<input name="session" placeholder="all" autocomplete="off" /></label>
        ${text('key', 'Idempotency key', 'all')}
        ${text('event', 'Event', 'all')}
        ${text('endpoint', 'Endpoint', 'all')}
        <label class="field">Times<input name="times" type="number" min="1" placeholder="until removed" defaultValue="1" /></label>
        <label class="field">Matches to skip first<input name="skip" type="number" min="0" required defaultValue="0" /></label>
      </div>
      <${Problem} error=${error} />
      <button class="primary">Add</button>
    </form>`
}
