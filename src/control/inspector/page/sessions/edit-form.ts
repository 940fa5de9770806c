import { useState } from 'preact/hooks'
import { useApi } from '../api.js'
import { textOf, useForm } from '../form.js'
import { html } from '../html.js'
import { parseJson } from '../json-text.js'
import { Problem } from '../notice.js'
import type { SessionChangeProps } from './session-actions.js'

/** Replaces a session by edited JSON. The text stays as typed, even if the session changes in the meantime. */
export function EditForm ({ session, path, onChange, onClose }: SessionChangeProps & { onClose: () => void }) {
  const { call } = useApi()
  const current = JSON.stringify(session, null, 2)
  const [edited] = useState(current)
  const { error, onSubmit } = useForm(async form => {
    await call('PUT', `${path}/fixture`, parseJson(textOf(form, 'fixture'), 'The session'))
    onChange()
    onClose()
  })
  return html`
    <form class="form card" aria-label="Edit as JSON" onSubmit=${onSubmit}>
      <label class="field">The session with its result and links, as JSON
        <textarea name="fixture" class="mono" rows="20" spellcheck=${false} defaultValue=${edited}></textarea>
      </label>
      ${current !== edited && html`<p class="callout" role="status">The session has changed in the meantime. Saving replaces it with the text above.</p>`}
      <${Problem} error=${error} />
      <div class="actions"><button class="primary">Save</button><button type="button" onClick=${onClose}>Cancel</button></div>
    </form>`
}
