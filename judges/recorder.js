import { createServer } from 'node:http'
import { once } from 'node:events'

/**
 * Starts a server in front of the proxies. It forwards each request to the proxy that has the document in the requested casing, and
 * records the violations that this proxy finds in the request and the response.
 * @param proxies the URLs of the proxies, by casing
 * @param mock the URL of the mock, for requests that Prism cannot forward
 */
export async function record (proxies, mock) {
  const exchanges = []
  const failures = []
  const handle = async (request, response) => {
    const { method, url, headers } = request
    const body = Buffer.concat(await request.toArray()).toString()
    const proxy = isForPrism(url, body) ? proxies[headers['key-inflection']] ?? proxies.snake : mock
    const forwarded = await fetch(proxy + url, {
      method,
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.includes(name))),
      ...body !== '' && { body }
    })
    const violations = JSON.parse(forwarded.headers.get('sl-violations') ?? '[]')
    const text = await forwarded.text()
    exchanges.push({ method, url, headers, body, status: forwarded.status, text, violations, judged: proxy !== mock })
    response.writeHead(forwarded.status, Object.fromEntries(Array.from(forwarded.headers).filter(([name]) => !hopByHop.includes(name) && name !== 'sl-violations')))
    response.end(text)
  }
  const server = createServer((request, response) => {
    handle(request, response).catch(error => {
      failures.push(`no response to ${request.method} ${request.url} ${JSON.stringify(request.headers)}: ${error.message}, ${error.cause?.message}`)
      response.destroy()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  server.unref()
  return { url: `http://127.0.0.1:${server.address().port}`, exchanges, failures, close: () => server.close() }
}

const hopByHop = ['connection', 'content-length', 'host', 'keep-alive', 'transfer-encoding', 'content-encoding', 'expect']

/**
 * Whether Prism can forward a request unchanged. It parses bodies and writes them again, which changes what is not JSON, white space, and
 * numbers beyond a double. A bare string loses its quotes. Prism does not respond to `null`, or to a path that cannot be decoded.
 */
function isForPrism (url, body) {
  try {
    decodeURIComponent(url)
    const value = body === '' ? {} : JSON.parse(body)
    return typeof value !== 'string' && value !== null && (body === '' || JSON.stringify(value) === body)
  } catch {
    return false
  }
}
