import { createServer } from 'node:http'

const answers = {
  approved: 'Welcome! You are verified.',
  rejected: 'Sorry, we could not verify you.',
  needs_review: 'Thank you. A colleague takes a closer look.'
}

/** A small web application: it sends its customers to Verifa's capture page, and reads the result when they come back. */
export function createApp ({ verifaUrl, apiKey }) {
  async function verifa (method, path, body) {
    const response = await fetch(verifaUrl + path, {
      method,
      headers: { 'X-API-Key': apiKey, ...(body && { 'Content-Type': 'application/json' }) },
      body: body && JSON.stringify(body)
    })
    if (!response.ok) throw new Error(`${method} ${path} returned ${response.status}`)
    return response.json()
  }

  async function respond (request, response) {
    const url = new URL(request.url, `http://${request.headers.host}`)
    const show = html => response.setHeader('content-type', 'text/html; charset=utf-8').end(`<!doctype html><title>Shop</title>${html}`)
    if (url.pathname === '/verify') {
      const session = await verifa('POST', '/sessions', { external_ref: 'customer-7', redirect_url: `${url.origin}/verified?from=verifa` })
      response.writeHead(303, { location: session.capture_url }).end()
    } else if (url.pathname === '/verified') {
      // anybody can type the query, so ask Verifa for the outcome
      const { status } = await verifa('GET', `/sessions/${encodeURIComponent(url.searchParams.get('session_id'))}/result`)
      show(`<h1>${answers[status]}</h1>`)
    } else {
      show('<h1>Shop</h1><form method="post" action="/verify"><button>Verify me</button></form>')
    }
  }

  return createServer((request, response) => {
    respond(request, response).catch(error => response.writeHead(500).end(error.message))
  })
}
