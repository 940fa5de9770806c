import { html } from '../html.js'
import { Empty } from '../notice.js'

/** How to get an endpoint. */
export function NoEndpoint () {
  const url = new URL('../api/v1/webhooks/endpoints', document.baseURI).href
  return html`
    <${Empty} title="No webhook endpoints yet.">
      <p>Start the mock with <code>--webhook-url</code>, or create an endpoint:</p>
      <pre class="json" tabindex="0" role="region" aria-label="Command that creates an endpoint">${`curl ${url} \\
  -H "X-API-Key: $VERIFA_API_KEY" \\
  --json '{ "url": "http://localhost:3000/webhooks" }'`}</pre>
    <//>`
}
