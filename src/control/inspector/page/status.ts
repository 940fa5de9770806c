import { html } from './html.js'

/** The status of a response, colored by its class; a cut connection has none. */
export function HttpStatus ({ status }: { status: number | null }) {
  return html`<span class="status status-${status === null ? 'cut' : String(status)[0]}">${status ?? 'cut'}</span>`
}

const tones: Readonly<Record<string, string>> = {
  pending: 'wait', capturing: 'wait', processing: 'wait', under_review: 'warn', completed: 'good', approved: 'good', delivered: 'good', active: 'good',
  needs_review: 'warn', rejected: 'bad', failed: 'bad', expired: 'off', redacted: 'off', disabled: 'off', held: 'warn', succeeded: 'good', enabled: 'good'
}

/** A state in words, with a color where it has one. */
export function Badge ({ text }: { text: string }) {
  return html`<span class="badge badge-${tones[text] ?? 'off'}">${text.replaceAll('_', ' ')}</span>`
}
