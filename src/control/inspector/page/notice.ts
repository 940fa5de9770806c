import { html, type Content } from './html.js'

/** An error in words, read out when it appears; nothing without an error. */
export function Problem ({ error }: { error: Error | undefined }) {
  return html`<div role="alert">${error !== undefined && html`<p class="problem">${error.message}</p>`}</div>`
}

/** Shown where there is nothing yet: says so, and how to get something. */
export function Empty ({ title, children }: { title: string, children?: Content }) {
  return html`<div class="empty"><p class="empty-title">${title}</p>${children}</div>`
}
