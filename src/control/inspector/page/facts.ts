import { html, type Content } from './html.js'

/** Names and values in two columns; without those that are undefined, null, or false. */
export function Facts ({ facts }: { facts: Readonly<Record<string, Content>> }) {
  return html`
    <dl class="facts">
      ${Object.entries(facts).filter(([, value]) => value !== undefined && value !== null && value !== false).map(([name, value]) => html`
        <div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
    </dl>`
}

/** A part of a detail, with a heading. */
export function Section ({ title, children }: { title: string, children: Content }) {
  return html`<section class="section"><h3>${title}</h3>${children}</section>`
}
