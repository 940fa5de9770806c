import { html } from './html.js'
import { go } from './navigation.js'
import type { Route } from './route.js'

export interface FilterSelectProps {
  route: Route
  /** The name of the filter in the query. */
  name: string
  label: string
  /** The word for no filter. */
  all?: string
  /** The values, each with the words for it unless it is shown as it is. */
  options: readonly (string | { value: string, text: string })[]
}

/** A filter of a list: one of some values, or all. */
export function FilterSelect ({ route, name, label, all, options }: FilterSelectProps) {
  const { view, id, query } = route
  const choose = (event: Event) => {
    const { value } = event.target as HTMLSelectElement
    go({ view, id, query: { ...query, [name]: value } }, { replace: true })
  }
  return html`
    <select aria-label=${label} value=${query[name] ?? ''} onChange=${choose}>
      ${all !== undefined && html`<option value="">${all}</option>`}
      ${options.map(option => {
        const { value, text } = typeof option === 'string' ? { value: option, text: option } : option
        return html`<option key=${value} value=${value}>${text}</option>`
      })}
    </select>`
}
