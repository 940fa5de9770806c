import type { SimulatedAction } from '../../../../domain/sessions/simulate.js'
import { Action } from '../action.js'
import { useApi } from '../api.js'
import { html } from '../html.js'
import type { Session } from '../../../../domain/sessions/session.js'
import { whyNotActive } from './active.js'

export interface SessionChangeProps {
  session: Session
  /** The path of the calls that are about the session. */
  path: string
  /** Called after a change. */
  onChange: () => void
}

const outcomes = [['approve', 'Approve'], ['decline', 'Decline'], ['require-review', 'Require review'], ['expire', 'Expire']] as const satisfies [SimulatedAction, string][]

/** Gives a session an outcome, as long as it is active. */
export function Simulate ({ session, path, onChange }: SessionChangeProps) {
  const { call } = useApi()
  const reason = whyNotActive(session)
  const simulate = async (action: SimulatedAction) => {
    await call('POST', `${path}/simulate`, { action })
    onChange()
  }
  return html`
    <div class="simulate actions" role="group" aria-label="Simulate an outcome">
      <span>Simulate an outcome:</span>
      ${outcomes.map(([action, name]) => html`
        <${Action} key=${action} disabled=${reason !== undefined} run=${async () => simulate(action)}>${name}<//>`)}
      ${reason !== undefined && html`<span class="quiet">${reason}</span>`}
    </div>`
}

/** What cannot be undone. */
export function RedactAndRemove ({ session, path, onChange, onRemoved }: SessionChangeProps & { onRemoved: () => void }) {
  const { call } = useApi()
  const redact = async () => {
    await call('POST', `${path}/redact`)
    onChange()
  }
  const remove = async () => {
    await call('DELETE', path)
    onRemoved()
  }
  return html`
    <${Action} run=${redact} disabled=${session.retention_status === 'redacted'} confirm="Redact the data of this session for good?">Redact<//>
    <${Action} run=${remove} danger confirm="Remove this session, and all that belongs to it?">Remove<//>`
}
