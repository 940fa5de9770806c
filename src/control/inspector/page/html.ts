import htm from 'htm'
import { type ComponentChildren, h, type VNode } from 'preact'

type Template = (parts: TemplateStringsArray, ...values: unknown[]) => VNode

/** What a template can contain. A string is always text, never markup. */
export type Content = ComponentChildren

/** Writes elements as a template: html`<p class="quiet">${text}</p>`. */
export const html = (htm as unknown as { bind: (create: typeof h) => Template }).bind(h) // its types describe CommonJS
