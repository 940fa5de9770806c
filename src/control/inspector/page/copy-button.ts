import { useState } from 'preact/hooks'
import { html } from './html.js'

/** Copies a text. Browsers allow it only at https and localhost; elsewhere the text can still be selected. */
export function CopyButton ({ text, label }: { text: string, label: string }) {
  const [said, setSaid] = useState('')
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setSaid('Copied')
    } catch {
      setSaid('Select the text and copy it')
    }
  }
  return html`<button type="button" onClick=${copy}>${label}</button> <span class="said" role="status">${said}</span>`
}
