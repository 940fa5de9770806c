import type { ResultStatus } from '../../../../domain/sessions/result.js'
import type { Session } from '../../../../domain/sessions/session.js'
import { useApi } from '../api.js'
import { textOf, useForm } from '../form.js'
import { html } from '../html.js'
import { parseJson } from '../json-text.js'
import { Problem } from '../notice.js'
import { statuses } from './active.js'

const results = ['approved', 'rejected', 'needs_review'] as const satisfies readonly ResultStatus[]

export interface NewSessionProps {
  /** The environment that is chosen at first. */
  environment: string
  onAdded: (session: Session) => void
  onClose: () => void
}

/** Adds a session. */
export function NewSession ({ environment, onAdded, onClose }: NewSessionProps) {
  const { call } = useApi()
  const { error, onSubmit } = useForm(async form => {
    const [reference, metadata, result] = [textOf(form, 'reference'), textOf(form, 'metadata'), textOf(form, 'result')]
    onAdded(await call<Session>('POST', 'sessions', {
      is_sandbox: textOf(form, 'environment') === 'sandbox',
      status: textOf(form, 'status'),
      ...(reference !== '' && { external_ref: reference }),
      ...(metadata.trim() !== '' && { metadata: parseJson(metadata, 'The metadata') }),
      ...(result !== '' && { result: { status: result } })
    }))
  })
  return html`
    <header class="detail-head"><h2>New session</h2></header>
    <form class="form" aria-label="New session" onSubmit=${onSubmit}>
      <p class="quiet">The session is added directly, not by a request, so no webhook is sent.</p>
      <${Choice} name="environment" label="Environment" chosen=${environment} options=${['sandbox', 'live']} />
      <${Choice} name="status" label="Status" options=${statuses} />
      <label class="field">External reference <input name="reference" autocomplete="off" spellcheck=${false} /></label>
      <label class="field">Metadata, as JSON <textarea name="metadata" class="mono" rows="5" spellcheck=${false} placeholder='{ "plan": "gold" }'></textarea></label>
      <${Choice} name="result" label="Result" none="none" options=${results} />
      <${Problem} error=${error} />
      <div class="actions"><button class="primary">Add session</button><button type="button" onClick=${onClose}>Cancel</button></div>
    </form>`
}

interface ChoiceProps {
  name: string
  label: string
  options: readonly string[]
  chosen?: string
  /** The word for none of them. */
  none?: string
}

function Choice ({ name, label, options, chosen, none }: ChoiceProps) {
  return html`
    <label class="field">${label}
      <select name=${name}>
        ${none !== undefined && html`<option value="">${none}</option>`}
        ${options.map(value => html`<option key=${value} value=${value} selected=${value === chosen}>${value.replaceAll('_', ' ')}</option>`)}
      </select>
    </label>`
}
