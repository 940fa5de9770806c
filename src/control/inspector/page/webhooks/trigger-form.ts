import { useState } from 'preact/hooks'
import type { WebhookDelivery } from '../../../../domain/webhooks/webhook-delivery.js'
import { useApi } from '../api.js'
import { textOf, useForm } from '../form.js'
import { html } from '../html.js'
import { Problem } from '../notice.js'
import { go } from '../navigation.js'
import type { Route } from '../route.js'
import { events } from './words.js'

/** Sends webhooks of an event that did not happen. */
export function TriggerForm ({ route: { view, query } }: { route: Route }) {
  const { call } = useApi()
  const [said, setSaid] = useState('')
  const { error, onSubmit } = useForm(async form => {
    const [event, session, environment] = [textOf(form, 'event'), textOf(form, 'session'), textOf(form, 'environment')]
    setSaid('')
    const { data: [first] } = await call<{ data: WebhookDelivery[] }>('POST', 'webhooks/trigger', {
      event, ...(session !== '' && { session_id: session }), ...(environment !== '' && { environment })
    })
    if (first === undefined) setSaid(`No delivery was made: no enabled endpoint of the environment wants ${event}.`)
    else go({ view, id: first.id })
  })
  return html`
    <header class="detail-head"><h2>Trigger an event</h2></header>
    <form class="form" aria-label="Trigger an event" onSubmit=${onSubmit}>
      <p class="quiet">Sends webhooks of an event that did not happen. No session changes.</p>
      <label class="field">Event
        <input name="event" class="mono" list="events" defaultValue="session.approved" maxlength="100" required autocomplete="off" spellcheck=${false} />
      </label>
      <datalist id="events">${events.map(event => html`<option key=${event} value=${event} />`)}</datalist>
      <label class="field">Session ID (optional)
        <input name="session" class="mono" defaultValue=${query['session_id']} autocomplete="off" spellcheck=${false} />
      </label>
      <label class="field">Environment
        <select name="environment"><option value="">that of the session, else sandbox</option><option>sandbox</option><option>live</option></select>
      </label>
      <div><${Problem} error=${error} /><p class="said" role="status">${said}</p></div>
      <div class="actions"><button class="primary">Trigger</button><button type="button" onClick=${() => go({ view, query })}>Cancel</button></div>
    </form>`
}
