import { useEffect, useRef, useState } from 'preact/hooks'
import { html } from './html.js'
import { useKeys } from './keyboard.js'
import { go } from './navigation.js'
import type { Route } from './route.js'

/** How long to wait for the next letter, in milliseconds. */
const DELAY = 200

/** The search of a list. `/` goes there, Escape clears and leaves it. */
export function SearchBox ({ route, label }: { route: Route, label: string }) {
  const { query } = route
  const latest = useRef(route)
  latest.current = route
  const input = useRef<HTMLInputElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const [text, setText] = useState(query['q'] ?? '')
  useEffect(() => setText(query['q'] ?? ''), [query['q']])
  useEffect(() => () => clearTimeout(timer.current), [])
  useKeys({ '/': () => input.current?.focus() })
  const search = (q: string, delay: number) => {
    setText(q)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      const { view, id, query } = latest.current // a filter may have been chosen meanwhile
      go({ view, id, query: { ...query, q } }, { replace: true })
    }, delay)
  }
  return html`
    <input ref=${input} type="search" class="search" aria-label=${label} placeholder=${`${label} ( / )`} value=${text} autocomplete="off" spellcheck=${false}
      onInput=${() => search(input.current?.value ?? '', DELAY)}
      onKeyDown=${(event: KeyboardEvent) => {
        if (event.key !== 'Escape') return
        search('', 0)
        input.current?.blur()
      }} />`
}
