import { html } from './html.js'
import { go } from './navigation.js'
import type { Route } from './route.js'

/** A filter that a link has set, such as a session. A click removes it. */
export function FilterChip ({ route: { view, query }, name }: { route: Route, name: string }) {
  return query[name] !== undefined && html`
    <button type="button" class="chip" onClick=${() => go({ view, query: { ...query, [name]: '' } })}>
      ${query[name]} <span aria-hidden="true">✕</span><span class="unseen">Remove this filter</span>
    </button>`
}
