import type { ClockChange } from '../../../routes/clock.js'
import { Action } from '../action.js'
import { useApi } from '../api.js'
import { useClockTime } from '../clock-time.js'
import { textOf, useForm } from '../form.js'
import { html } from '../html.js'
import { Problem } from '../notice.js'
import { useOverview } from '../overview.js'

const steps = [
  { advance: '1m', text: '+1 min', effect: undefined },
  { advance: '20m', text: '+20 min', effect: 'capture tokens expire' },
  { advance: '1h', text: '+1 h', effect: undefined },
  { advance: '24h', text: '+24 h', effect: 'idempotency keys expire' }
]

/** Moves the clock. The mock responds when everything that is due by then is done. */
export function ClockCard () {
  const { call } = useApi()
  const { clock } = useOverview()
  const time = new Date(useClockTime(clock)).toISOString()
  const change = async (change: ClockChange) => call('POST', 'clock', change)
  const { error, onSubmit } = useForm(async form => {
    const moment = textOf(form, 'time')
    await change({ set: `${moment.length === 16 ? `${moment}:00` : moment}Z` }) // browsers leave out zero seconds
  })
  return html`
    <section class="card" aria-labelledby="clock">
      <h2 id="clock">Clock</h2>
      <p class="clock"><time class="mono" datetime=${time}>${time.slice(0, 10)} ${time.slice(11, 19)}</time> <span class="quiet">UTC, ${clock.frozen ? 'frozen' : 'running'}</span></p>
      <div class="actions">
        <${Action} run=${async () => change({ freeze: !clock.frozen })}>${clock.frozen ? 'Run' : 'Freeze'}<//>
        ${steps.map(({ advance, text, effect }) => html`
          <${Action} key=${advance} run=${async () => change({ advance })}>${text}${effect !== undefined && html`<span class="unseen">, ${effect}</span>`}<//>`)}
        <${Action} run=${async () => call('DELETE', 'clock')}>Return to real time<//>
      </div>
      <p class="quiet">After 20 minutes capture tokens expire, after 24 hours idempotency keys. Everything that is due, webhooks included, happens before the clock shows the new time.</p>
      <form class="actions" onSubmit=${onSubmit} aria-label="Set the clock">
        <label class="inline">Set to, in UTC <input type="datetime-local" name="time" step="1" required defaultValue=${time.slice(0, 19)} /></label>
        <button>Set</button>
        <${Problem} error=${error} />
      </form>
    </section>`
}
