import { useState } from 'preact/hooks'
import { Action } from '../action.js'
import { useApi } from '../api.js'
import { html } from '../html.js'
import { parseJson } from '../json-text.js'

/** Saves the state as a file, loads it, and resets it. */
export function StateCard () {
  const { call } = useApi()
  const [file, setFile] = useState<File>()
  const [done, setDone] = useState('')
  const save = async () => {
    const state = await call('GET', 'state')
    download(new Blob([`${JSON.stringify(state, null, 2)}\n`], { type: 'application/json' }), `verifa-state-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.json`)
  }
  const load = async () => {
    const text = await (file as File).text().catch(() => {
      throw new Error('The file cannot be read. If it has changed, choose it again.')
    })
    await call('PUT', 'state', parseJson(text, 'The file'))
    setDone('The state was loaded.')
  }
  const reset = async () => {
    await call('POST', 'reset')
    setDone('The mock was reset.')
  }
  const choose = (event: Event) => {
    setFile((event.target as HTMLInputElement).files?.[0])
    setDone('')
  }
  // else a browser does not tell that the same file is chosen again
  const forget = (event: Event) => {
    (event.target as HTMLInputElement).value = ''
    setFile(undefined)
  }
  return html`
    <section class="card" aria-labelledby="state">
      <h2 id="state">State</h2>
      <p class="quiet">Sessions, results, idempotency keys, webhook endpoints and deliveries, and the clock. A saved state is also a fixture file.</p>
      <div class="actions"><${Action} run=${save}>Save as a file<//></div>
      <div class="actions">
        <label class="inline">State file <input type="file" accept="application/json,.json" onClick=${forget} onChange=${choose} /></label>
        <${Action} run=${load} disabled=${file === undefined} confirm="Replace everything?">Load<//>
      </div>
      <div class="actions"><${Action} run=${reset} danger confirm="Return to the fixtures?">Reset<//></div>
      <p class="quiet">A reset returns to the fixtures. It removes all other sessions, idempotency keys, deliveries, requests, and faults, and returns to real time.</p>
      <p class="said" role="status">${done}</p>
    </section>`
}

function download (content: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
