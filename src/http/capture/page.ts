import { Html, html } from './html.js'
import { style, styleSource } from './style.js'

/** A response for people. */
export interface Page {
  status: number
  /** With names in lower case. */
  headers: Readonly<Record<string, string>>
  body: string
}

/** The URL of a page is a secret, so it must not be sent to other sites, and nothing may be cached. */
const cautions = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' } as const

/**
 * Makes a page.
 * @param redirectUrl the URL to which a form of the page redirects. Browsers apply `form-action` to all redirects that follow a form, and
 * the application at that URL may redirect again, to any URL.
 */
export function pageOf (status: number, title: string, content: Html, redirectUrl: string | null = null): Page {
  const body = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – verifa-mock</title>
<style>${new Html(style)}</style>
</head>
<body>
<header>
<p data-testid="notice">This is <strong>verifa-mock</strong>, not Verifa: a page for tests. Nobody is verified here.</p>
</header>
<main>${content}
</main>
</body>
</html>
`.text
  const policy = `default-src 'none'; style-src ${styleSource}; form-action 'self'${redirectUrl === null ? '' : ' http: https:'}; ` +
    'frame-ancestors \'none\'; base-uri \'none\''
  return { status, headers: { ...cautions, 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy }, body }
}

/** Sends the browser to another URL, which it reads with a GET. */
export function redirectTo (location: string): Page {
  return { status: 303, headers: { ...cautions, location }, body: '' }
}
