import { html } from './html.js'

/** The status of a response, colored by its class; a cut connection has none. */
export function HttpStatus ({ status }: { status: number | null }) {
  return html`<span class="status status-${status === null ? 'cut' : String(status)[0]}">${status ?? 'cut'}</span>`
}

const tones: Readonly<Record<string, string>> = {
  pending: 'wait', capturing: 'wait', processing: 'wait', awaiting_external: 'wait', sandbox_pending: 'wait',
  completed: 'good', approved: 'good', active: 'good', succeeded: 'good', enabled: 'good',
  under_review: 'warn', needs_review: 'warn', held: 'warn',
  rejected: 'bad', failed: 'bad', expired: 'off', redacted: 'off', disabled: 'off'
}

/** A state in words, with a color where it has one. */
export function Badge ({ text }: { text: string }) {
  return html`<span class="badge badge-${tones[text] ?? 'off'}">${text.replaceAll('_', ' ')}</span>`
}
