import type { JournalEntry } from '../../../../domain/journal/entry.js'
import { useApi } from '../api.js'
import { textOf, useForm } from '../form.js'
import { html } from '../html.js'
import { parseJson } from '../json-text.js'
import { Problem } from '../notice.js'
import { go } from '../navigation.js'

/** Sends a request again. The mock does it, since the page never sees a whole API key. */
export function ResendForm ({ entry }: { entry: JournalEntry }) {
  const { call } = useApi()
  const { id, idempotency_key: key, request: { body } } = entry
  const { error, onSubmit } = useForm(async form => {
    const choice = textOf(form, 'key')
    const sent = await call<JournalEntry>('POST', `requests/${id}/resend`, {
      ...(choice === 'new' && { idempotency_key: newKey() }),
      ...(choice === 'none' && { idempotency_key: null }),
      ...bodyOf(textOf(form, 'body'), body)
    })
    go({ view: 'requests', id: String(sent.id) })
  })
  return html`
    <form class="form card" onSubmit=${onSubmit} aria-label="Send again">
      <fieldset>
        <legend>Idempotency key</legend>
        <label><input type="radio" name="key" value="same" defaultChecked /> ${key === null ? 'None, as before' : html`The same: <span class="mono">${key}</span>`}</label>
        <label><input type="radio" name="key" value="new" /> A new one</label>
        ${key !== null && html`<label><input type="radio" name="key" value="none" /> None</label>`}
      </fieldset>
      ${entry.method !== 'GET' && html`
        <label class="field">Body, as JSON
          <textarea name="body" class="mono" rows="8" spellcheck=${false} defaultValue=${body === null ? '' : JSON.stringify(body, null, 2)}></textarea>
        </label>`}
      <${Problem} error=${error} />
      <button class="primary">Send</button>
    </form>`
}

/** The body of the call when the user changed it; the mock sends what is left out as it was. */
function bodyOf (text: string, before: unknown): { body?: unknown } {
  if (text.trim() === '') return {}
  const body = parseJson(text, 'The body')
  return JSON.stringify(body) === JSON.stringify(before) ? {} : { body }
}

/** A key that was not used yet. `crypto.randomUUID` exists only at https and localhost. */
function newKey (): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('')
}
