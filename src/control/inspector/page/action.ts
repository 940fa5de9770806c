import { useState } from 'preact/hooks'
import { html, type Content } from './html.js'
import { Problem } from './notice.js'

export interface ActionProps {
  /** What the button does. A rejection is shown below the button. */
  run: () => Promise<unknown>
  /** Asks before it runs, with these words: for what cannot be undone. */
  confirm?: string
  primary?: boolean
  danger?: boolean
  disabled?: boolean
  children: Content
}

/** A button that makes a call: it can be pressed once at a time, and says why it failed. */
export function Action ({ run, confirm, primary = false, danger = false, disabled = false, children }: ActionProps) {
  const [isRunning, setIsRunning] = useState(false)
  const [isAsking, setIsAsking] = useState(false)
  const [error, setError] = useState<Error>()
  const start = async () => {
    if (isRunning) return
    setIsAsking(false)
    setIsRunning(true)
    setError(undefined)
    try {
      await run()
    } catch (error) {
      setError(error as Error)
    }
    setIsRunning(false)
  }
  const kind = danger ? 'danger' : primary ? 'primary' : ''
  if (isAsking) {
    return html`
      <span class="asking" role="group" aria-label="Confirm">
        <span>${confirm}</span>
        <button type="button" class="danger" autofocus onClick=${start}>Yes, ${children}</button>
        <button type="button" onClick=${() => setIsAsking(false)}>Cancel</button>
      </span>`
  }
  return html`
    <span class="action">
      <button type="button" class=${kind} disabled=${disabled} aria-busy=${isRunning}
        onClick=${confirm === undefined ? start : () => setIsAsking(true)}>${children}</button>
      <${Problem} error=${error} />
    </span>`
}
