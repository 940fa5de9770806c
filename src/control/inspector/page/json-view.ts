import { html, type Content } from './html.js'

/** Longer texts are shown without colors, which cost an element each. */
const PLAIN_FROM = 50_000

const token = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/** A value as indented JSON, in colors. */
export function JsonView ({ value, label }: { value: unknown, label: string }) {
  const text = JSON.stringify(value, null, 2)
  return html`<pre class="json" tabindex="0" role="region" aria-label=${label}>${text.length > PLAIN_FROM ? text : colored(text)}</pre>`
}

function colored (text: string): Content[] {
  const parts: Content[] = []
  let end = 0
  for (const match of text.matchAll(token)) {
    const [all, string, colon] = match
    parts.push(text.slice(end, match.index))
    const kind = string === undefined ? 'literal' : colon === undefined ? 'string' : 'key'
    parts.push(html`<span class=${kind}>${string ?? all}</span>`, colon)
    end = match.index + all.length
  }
  parts.push(text.slice(end))
  return parts
}
